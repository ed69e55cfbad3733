using MixModeler.Streaming.State;

namespace MixModeler.Streaming.Integration.State;

public sealed class MemoryStateStoreTests : StateStoreContract
{
    private readonly MemoryStateStores stores = new();

    protected override Task<IStateStore> OpenAsync(string scope) => Task.FromResult<IStateStore>(stores.Open(scope));
}

public sealed class MemoryStateScheduleTests : StateScheduleContract
{
    protected override Task<IStateStore> OpenAsync(string scope) => Task.FromResult<IStateStore>(new MemoryStateStore());
}

[Collection(nameof(RedisServer))]
public sealed class RedisStateStoreTests(RedisServer server) : StateStoreContract
{
    protected override Task<IStateStore> OpenAsync(string scope) => server.OpenAsync(scope);
}

[Collection(nameof(RedisServer))]
public sealed class RedisStateScheduleTests(RedisServer server) : StateScheduleContract
{
    protected override Task<IStateStore> OpenAsync(string scope) => server.OpenAsync(scope);
}

[Collection(nameof(RedisServer))]
public sealed class RedisStateModelTests(RedisServer server, ITestOutputHelper output) : StateModelContract(output)
{
    protected override Task<IStateStore> OpenAsync(string scope) => server.OpenAsync(scope);
}

[Collection(nameof(GarnetServer))]
public sealed class GarnetStateStoreTests(GarnetServer server) : StateStoreContract
{
    protected override Task<IStateStore> OpenAsync(string scope) => server.OpenAsync(scope);
}

[Collection(nameof(GarnetServer))]
public sealed class GarnetStateScheduleTests(GarnetServer server) : StateScheduleContract
{
    protected override Task<IStateStore> OpenAsync(string scope) => server.OpenAsync(scope);
}

[Collection(nameof(GarnetServer))]
public sealed class GarnetStateModelTests(GarnetServer server, ITestOutputHelper output) : StateModelContract(output)
{
    protected override Task<IStateStore> OpenAsync(string scope) => server.OpenAsync(scope);
}

public sealed class MemoryStateWalkTests : StateWalkContract
{
    private readonly MemoryStateStores stores = new();

    protected override Task<IStateStore> OpenAsync(string scope) => Task.FromResult<IStateStore>(stores.Open(scope));
}

[Collection(nameof(RedisServer))]
public sealed class RedisStateWalkTests(RedisServer server) : StateWalkContract
{
    protected override Task<IStateStore> OpenAsync(string scope) => server.OpenAsync(scope);
}

[Collection(nameof(GarnetServer))]
public sealed class GarnetStateWalkTests(GarnetServer server) : StateWalkContract
{
    protected override Task<IStateStore> OpenAsync(string scope) => server.OpenAsync(scope);
}
