using System.Globalization;
using Spectre.Console;

namespace MixModeler.Streaming.Cli.Demo;

/// <summary>The live view: a table that renews itself in a terminal, a line every two seconds elsewhere, nothing with --json.</summary>
internal sealed class DemoView(bool silent)
{
    private readonly bool live = !silent && AnsiConsole.Profile.Capabilities.Interactive && AnsiConsole.Profile.Capabilities.Ansi;
    private DemoSnapshot? before;
    private double lastLineSeconds;

    public void Say(string sentence)
    {
        if (!silent)
        {
            AnsiConsole.MarkupLineInterpolated($"[grey]{sentence}[/]");
        }
    }

    public async Task ShowAsync(Func<Func<DemoSnapshot, Task>, Task> run)
    {
        if (!live)
        {
            await run(snapshot =>
            {
                Line(snapshot);
                return Task.CompletedTask;
            });
            return;
        }

        await AnsiConsole.Live(new Text("")).StartAsync(async context => await run(snapshot =>
        {
            context.UpdateTarget(Table(snapshot));
            context.Refresh();
            return Task.CompletedTask;
        }));
    }

    private Table Table(DemoSnapshot now)
    {
        (double events, double decisions) = Rates(now);
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("[bold]MixModeler.Streaming[/]", Invariant($"{now.Seconds:F0} s")).Expand();
        table.AddRow("events applied", Invariant($"{now.Engine.Applied:N0}   ({events:N0}/s, lag {now.Engine.Lag:N0})"));
        table.AddRow("examples learned", Invariant($"{now.Engine.Learner?.Examples ?? 0:N0}   ({now.Engine.Positives:N0} positive)"));
        table.AddRow(
            "prequential AUC",
            $"{DemoReport.Number(now.Engine.Learner?.SinceStart.Auc)}   (window {DemoReport.Number(now.Engine.Learner?.Window.Auc)})");
        table.AddRow(
            "prequential log-loss",
            $"{DemoReport.Number(now.Engine.Learner?.SinceStart.LogLoss)}   (window {DemoReport.Number(now.Engine.Learner?.Window.LogLoss)})");
        table.AddRow("edge", Invariant($"{now.Edge.Rows:N0} visitors, model version {now.Edge.ModelVersion}"));
        table.AddRow("event → edge", Invariant($"p50 {now.Edge.EventToVisibleMs.P50} ms, p99 {now.Edge.EventToVisibleMs.P99} ms"));
        table.AddRow("decisions", Invariant($"{now.Decisions:N0}   ({decisions:N0}/s)"));
        bool clean = now.Engine.Lost + now.Engine.Duplicated == 0;
        table.AddRow("audit", $"[{(clean ? "green" : "red")}]lost {now.Engine.Lost}, duplicated {now.Engine.Duplicated}[/]");
        if (!now.Engine.Healthy)
        {
            table.AddRow("[red]health[/]", $"[red]{Markup.Escape(string.Join("; ", now.Engine.Problems))}[/]");
        }

        return table;
    }

    private void Line(DemoSnapshot now)
    {
        if (silent || now.Seconds - lastLineSeconds < 2)
        {
            return;
        }

        (double events, double decisions) = Rates(now);
        lastLineSeconds = now.Seconds;
        Console.WriteLine(Invariant($"{now.Seconds,4:F0} s  {now.Engine.Applied,9:N0} events {events,7:N0}/s  lag {now.Engine.Lag,6:N0}  ")
            + Invariant($"{now.Engine.Learner?.Examples ?? 0,8:N0} examples  AUC {DemoReport.Number(now.Engine.Learner?.SinceStart.Auc)}  ")
            + Invariant($"log-loss {DemoReport.Number(now.Engine.Learner?.SinceStart.LogLoss)}  ")
            + Invariant($"{decisions,5:N0} decisions/s  edge p50 {now.Edge.EventToVisibleMs.P50} p99 {now.Edge.EventToVisibleMs.P99} ms  lost {now.Engine.Lost} duplicated {now.Engine.Duplicated}"));
    }

    // Over the time since the last showing, which is a second or two.
    private (double Events, double Decisions) Rates(DemoSnapshot now)
    {
        DemoSnapshot earlier = before ?? now;
        double seconds = Math.Max(0.001, now.Seconds - earlier.Seconds);
        (double, double) rates = ((now.Engine.Applied - earlier.Engine.Applied) / seconds, (now.Decisions - earlier.Decisions) / seconds);
        before = now;
        return rates;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
