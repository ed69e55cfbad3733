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

public sealed class RedisStateStoreTests(RedisServer server) : StateStoreContract, IClassFixture<RedisServer>
{
    protected override Task<IStateStore> OpenAsync(string scope) => server.OpenAsync(scope);
}

public sealed class RedisStateScheduleTests(RedisServer server) : StateScheduleContract, IClassFixture<RedisServer>
{
    protected override Task<IStateStore> OpenAsync(string scope) => server.OpenAsync(scope);
}

public sealed class RedisStateModelTests(RedisServer server, ITestOutputHelper output) : StateModelContract(output), IClassFixture<RedisServer>
{
    protected override Task<IStateStore> OpenAsync(string scope) => server.OpenAsync(scope);
}

public sealed class GarnetStateStoreTests(GarnetServer server) : StateStoreContract, IClassFixture<GarnetServer>
{
    protected override Task<IStateStore> OpenAsync(string scope) => server.OpenAsync(scope);
}

public sealed class GarnetStateScheduleTests(GarnetServer server) : StateScheduleContract, IClassFixture<GarnetServer>
{
    protected override Task<IStateStore> OpenAsync(string scope) => server.OpenAsync(scope);
}

public sealed class GarnetStateModelTests(GarnetServer server, ITestOutputHelper output) : StateModelContract(output), IClassFixture<GarnetServer>
{
    protected override Task<IStateStore> OpenAsync(string scope) => server.OpenAsync(scope);
}
