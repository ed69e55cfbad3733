using System.CommandLine;
using MixModeler.Streaming.Cli;
using MixModeler.Streaming.Cli.Harmonize;
using MixModeler.Streaming.Cli.Insights;
using MixModeler.Streaming.Cli.Mix;
using MixModeler.Streaming.Cli.Plans;

RootCommand root = new("""
    Marketing decisions that learn while the events arrive: Kafka in, decisions at the edge out.

    Start with:  mixmodeler demo
    """)
{
    DemoCommand.Create(),
    EngineCommand.Create(),
    EdgeCommand.Create(),
    BrokerCommand.Create(),
    GenerateCommand.Create(),
    IngestCommand.Create(),
    HarmonizeCommand.Create(),
    AttributeCommand.Create(),
    InsightsCommand.Create(),
    PlanCommand.Create(),
    PlotCommand.Create(),
    RunCommand.Create(),
    TopologyCommand.Create(),
    OperatorsCommand.Create(),
    CelCommand.Create(),
    DeadLetterCommand.Create(),
    StateCommand.Create(),
    WhyCommand.Create(),
    ReplayCommand.Create(),
    MixCommand.Create(),
    BenchCommand.Create(),
};
return await CommandRunner.RunAsync(root, args);
