using System.Diagnostics;
using System.Text.Json;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming.Flow;

// Hot path, once per record and node. Budget: 0 B where nothing is kept, sent or refused. Held by FlowAllocationTests.

/// <summary>
/// Runs records through the nodes of one lane, one after the other and each to its end: what leaves a node goes through all that
/// stands behind it before the next record comes in. Owned by one task.
/// </summary>
internal sealed class FlowRunner
{
    // Timing every record would cost more than most steps.
    private const int SampleEvery = 64;

    private readonly Running[] nodes;
    private readonly Running[] clocks;
    private readonly IFlowOutputs outputs;
    private readonly FlowJson json;
    private readonly Action<TimeSpan> pause;
    private readonly FlowTaps? taps;
    private OperatorTotals[] published = [];
    private int untilSample = SampleEvery;
    private bool isSampled;

    /// <param name="lane">What to run.</param>
    /// <param name="outputs">Where records go.</param>
    /// <param name="profile">What the node `profile` does; null where the lane has none.</param>
    /// <param name="pause">Waits before a retry, on the task's thread: the partition waits with it.</param>
    /// <param name="taps">Who is shown records; null for nobody ever.</param>
    public FlowRunner(LanePlan lane, IFlowOutputs outputs, IProfileStage? profile, Action<TimeSpan> pause, FlowTaps? taps = null)
    {
        this.taps = taps;
        this.outputs = outputs;
        this.pause = pause;
        json = new FlowJson();
        Frame = new FlowFrame(lane.SlotCount) { Emit = EmitFrom, Count = (place, reason) => nodes![place].Counter.Fail(reason) };
        nodes = [.. lane.Nodes.Select((node, place) => new Running(node, FlowSteps.Create(node, place, outputs, json, profile)))];
        clocks = [.. nodes.Where(node => node.Step is IFlowClock)];
        Publish();
    }

    /// <summary>To be filled before <see cref="Run"/>: the lane's fields from slot 0, times, key and memories.</summary>
    public FlowFrame Frame { get; }

    public bool HasClocks => clocks.Length > 0;

    /// <summary>Counts as of the last <see cref="Publish"/>; any thread.</summary>
    public IReadOnlyList<OperatorTotals> Totals => Volatile.Read(ref published);

    private sealed class Running(FlowNode node, IFlowStep step)
    {
        public readonly FlowNode Node = node;
        public readonly IFlowStep Step = step;
        public readonly FlowTarget[][] Targets = [.. node.Targets.Select(port => port.ToArray())];
        public readonly FlowCounter Counter = new(node.Name, node.Operator);
        public readonly bool IsDeriving = node.Settings is WindowSettings or JoinSettings;
        public readonly int Attempts = step is IRepeatable && node.OnError.Answer == FailureAnswer.Retry ? node.OnError.Attempts : 1;
        public readonly int[] Slots = [.. Enumerable.Range(0, node.Schema.Fields.Length)];
        public readonly JsonEncodedText[] Names = [.. node.Schema.Names.Select(name => JsonEncodedText.Encode(name))];
    }

    /// <summary>The record in the frame, through everything.</summary>
    /// <exception cref="TaskLostException">A node with `stop` failed.</exception>
    public void Run()
    {
        Frame.IsDerived = false;
        isSampled = --untilSample == 0;
        if (isSampled)
        {
            untilSample = SampleEvery;
        }

        Enter(new FlowTarget(0, 0));
    }

    /// <summary>Event time moved on to a key whose time has come: windows close, what is of no use is forgotten.</summary>
    public void Advance()
    {
        foreach (Running node in clocks)
        {
            Frame.IsDerived = true;
            ((IFlowClock)node.Step).Advance(Frame);
        }
    }

    /// <summary>When the key in the frame must be looked at again; 0 = never.</summary>
    public static long DueMs(OperatorMemory[] memories)
    {
        long due = 0;
        foreach (OperatorMemory memory in memories)
        {
            long its = memory.DueMs;
            due = its != 0 && (due == 0 || its < due) ? its : due;
        }

        return due;
    }

    /// <summary>Publishes the counts; once for each commit.</summary>
    public void Publish() => Volatile.Write(ref published, [.. nodes.Select(node => node.Counter.Copy())]);

    private void EmitFrom(int place, int port) => Forward(nodes[place], port);

    private void Enter(FlowTarget target)
    {
        Running node = nodes[target.Node];
        node.Counter.In++;
        if (taps?.Listening is not null)
        {
            Show(node, TappedRecord.In, node.Node.Inputs[target.Port], isInput: true);
        }

        long started = isSampled ? Stopwatch.GetTimestamp() : 0;
        int outcome = node.Step.Process(Frame, target.Port);
        for (int attempt = 2; outcome == IFlowStep.Failed && attempt <= node.Attempts; attempt++)
        {
            pause(node.Node.OnError.BackOff * (1 << Math.Min(attempt - 2, 20)));
            outcome = node.Step.Process(Frame, target.Port);
        }

        if (isSampled)
        {
            node.Counter.Took(Stopwatch.GetTimestamp() - started);
        }

        if (outcome >= 0)
        {
            Forward(node, outcome);
        }
        else if (outcome == IFlowStep.Failed)
        {
            Fail(node, target.Port);
        }
    }

    private void Forward(Running node, int port)
    {
        node.Counter.Out++;
        if (taps?.Listening is not null)
        {
            Show(node, TappedRecord.Out, node.Node.Output, isInput: false);
        }

        // What stands behind may set the clock to the end of a window.
        (long timeMs, bool isDerived) = (Frame.TimeMs, Frame.IsDerived);
        foreach (FlowTarget target in node.Targets[port])
        {
            Frame.IsDerived = isDerived | node.IsDeriving;
            Enter(target);
            Frame.TimeMs = timeMs;
        }

        Frame.IsDerived = isDerived;
    }

    private void Fail(Running node, int port)
    {
        (string reason, string detail) = (Frame.Reason, Frame.Detail);
        node.Counter.Fail(reason);
        if (taps?.Listening is not null)
        {
            Show(node, TappedRecord.Error, node.Node.Inputs[port], isInput: true);
        }

        switch (node.Node.OnError.Answer)
        {
            case FailureAnswer.Drop:
                break;
            case FailureAnswer.Stop:
                throw new TaskLostException(TaskLoss.OperatorStopped, $"the node '{node.Node.Name}' stops at a record that fails ({reason}): {detail}");
            default:
                FlowTarget[] targets = node.Targets[^1];
                foreach (FlowTarget target in targets)
                {
                    Enter(target);
                }

                if (targets.Length == 0)
                {
                    outputs.DeadLetter(node.Node.Name, reason, detail, Frame.IsDerived ? Written(node.Node.Inputs[port]) : []);
                }

                break;
        }
    }

    // The schema of what came in is that of whoever gives it.
    private ReadOnlySpan<byte> Written(int slot)
    {
        Running giver = Array.Find(nodes, other => other.Node.Output == slot) ?? nodes[0];
        return json.Fields(Frame.From(slot), giver.Slots, giver.Names);
    }

    // What comes from a source is shown where it is read, before anything is dropped.
    private void Show(Running node, string direction, int slot, bool isInput)
    {
        foreach (FlowTap tap in taps!.Listening ?? [])
        {
            if (node.Node.Settings is not SourceSettings && tap.TryTake(node.Node.Name, direction))
            {
                ReadOnlySpan<byte> record = isInput ? Written(slot) : json.Fields(Frame.From(slot), node.Slots, node.Names);
                tap.Take(new TappedRecord(direction, Frame.Key, record.ToArray()));
            }
        }
    }
}
