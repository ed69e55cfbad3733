using System.CommandLine;
using MixModeler.Streaming.Cli;

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
    RunCommand.Create(),
    TopologyCommand.Create(),
    BenchCommand.Create(),
};
return await CommandRunner.RunAsync(root, args);
