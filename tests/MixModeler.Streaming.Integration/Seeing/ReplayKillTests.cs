using System.Diagnostics;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Integration.DeadLetters;

namespace MixModeler.Streaming.Integration.Seeing;

public sealed class ReplayKillTests
{
    [Fact]
    public async Task Replays_that_are_killed_at_any_moment_and_run_by_two_at_last_put_every_record_back_once()
    {
        const int Visitors = 1_500;
        using DeadLetterRig rig = await DeadLetterReplayTests.RefusedAsync(Visitors);
        DeadLetterId[] letters = rig.Letters();
        string[] command =
        [
            "deadletter", "replay", "--reason", "visitor-missing", "--topology", rig.MendedFile, "--kafka", rig.Kafka.BootstrapServers, "--lease", "4",
        ];
        // Each kill comes as soon as one more record is back: somewhere between a send and the entry that says so.
        int midway = 0;
        for (int kill = 0; kill < 3 && rig.EventsInLog() < 2 * Visitors; kill++)
        {
            long before = rig.EventsInLog();
            using Process process = Cli.Start(command);
            while (!process.HasExited && rig.EventsInLog() == before)
            {
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                await Task.Yield();
            }

            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.InRange(rig.EventsInLog(), before + 1, 2 * Visitors);
            midway += rig.EventsInLog() < 2 * Visitors ? 1 : 0;
        }

        // On a busy machine a kill may come when all is done; one of them must not.
        Assert.True(midway > 0);

        (int Code, string Text, string Complaint)[] both = await Task.WhenAll(Cli.RunAsync(command), Cli.RunAsync(command));

        Assert.All(both, one => Assert.True(one.Code == 0, one.Text + one.Complaint));
        await DeadLetterReplayTests.AssertAppliedOnceAsync(rig, letters);
    }
}
