using System.Reflection;
using Xunit.v3;

[assembly: MixModeler.Streaming.TestLimit]

namespace MixModeler.Streaming;

/// <summary>
/// Gives the token of every test a deadline, so that whatever waits with it ends: the test fails then, with its name. Far more than any
/// test needs; a test that waits without the token is ended by the limit that ./test sets to the whole project.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class TestLimitAttribute : BeforeAfterTestAttribute
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        ITestContext context = TestContext.Current;
        context.KeyValueStorage[Key(test)] = new Timer(_ => context.CancelCurrentTest(), null, Limit, Timeout.InfiniteTimeSpan);
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (TestContext.Current.KeyValueStorage.TryRemove(Key(test), out object? timer))
        {
            ((Timer)timer!).Dispose();
        }
    }

    // The storage is one for the whole run.
    private static string Key(IXunitTest test) => $"limit of {test.UniqueID}";
}
