using System.Globalization;
using System.Text;
using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Edge.Front;

namespace MixModeler.Streaming.Edge.Resp;

// The commands that Redis clients send around their work: greetings, settings, what the server is. Cold path; one object a
// connection, because protocol, name and subscriptions belong to it.
internal sealed class RespHandshake(EdgeMonitor monitor, EdgeState state, long id)
{
    private const int ShownCharactersMax = 128;
    private const int SubscriptionsMax = 1_024;

    private const string NoPassword = "ERR AUTH <password> called without any password configured for the default user. "
        + "Are you sure your configuration is correct?";

    private static readonly (string Name, int Arity)[] Commands =
    [
        ("mm.decide", -3), ("get", 2), ("ping", -1), ("echo", 2), ("hello", -1), ("auth", -2), ("select", 2), ("client", -2),
        ("config", -2), ("command", -1), ("info", -1), ("cluster", -2), ("subscribe", -2), ("unsubscribe", -1), ("time", 1),
        ("dbsize", 1), ("reset", 1), ("quit", -1),
    ];

    private readonly HashSet<string> subscriptions = [];
    private string name = "";

    public bool IsResp3 { get; private set; }

    // RESP3 tells answers and messages apart, so a subscriber may go on asking.
    public bool IsSubscribed => subscriptions.Count > 0 && !IsResp3;

    public static bool MayRunSubscribed(in RespRequest request) =>
        request.Is(0, "SUBSCRIBE"u8) || request.Is(0, "UNSUBSCRIBE"u8) || request.Is(0, "PING"u8)
        || request.Is(0, "QUIT"u8) || request.Is(0, "RESET"u8);

    public static void WrongArguments(ref FrontWriter reply, string command) =>
        RespWriter.Error(ref reply, $"ERR wrong number of arguments for '{command}' command");

    // What a client sent, short enough for an error.
    public static string Shown(string text) => text.Length <= ShownCharactersMax ? text : text[..ShownCharactersMax];

    public FrontStep Execute(in RespRequest request, ref FrontWriter reply, long nowMs)
    {
        string command = Shown(request.Text(0)).ToLowerInvariant();
        int known = Array.FindIndex(Commands, each => each.Name == command);
        if (command is "post" or "host:")
        {
            // A browser was made to send its request here.
            return FrontStep.Close;
        }

        if (known < 0)
        {
            Unknown(in request, ref reply);
            return FrontStep.Read;
        }

        int arity = Commands[known].Arity;
        if (arity > 0 ? request.Count != arity : request.Count < -arity)
        {
            WrongArguments(ref reply, command);
            return FrontStep.Read;
        }

        return Execute(command, in request, ref reply, nowMs);
    }

    private FrontStep Execute(string command, in RespRequest request, ref FrontWriter reply, long nowMs)
    {
        switch (command)
        {
            case "ping":
                Ping(in request, ref reply);
                break;
            case "echo":
                RespWriter.Bulk(ref reply, request[1]);
                break;
            case "hello":
                Hello(in request, ref reply);
                break;
            case "auth":
                RespWriter.Error(ref reply, NoPassword);
                break;
            case "select":
                Select(in request, ref reply);
                break;
            case "client":
                Client(in request, ref reply);
                break;
            case "config":
                Config(in request, ref reply);
                break;
            case "command":
                Command(in request, ref reply);
                break;
            case "info":
                RespWriter.Text(ref reply, monitor.RedisInfo(request.Count > 1 ? request.Text(1) : null));
                break;
            case "cluster":
                RespWriter.Error(ref reply, "ERR This instance has cluster support disabled");
                break;
            case "subscribe":
                Subscribe(in request, ref reply);
                break;
            case "unsubscribe":
                Unsubscribe(in request, ref reply);
                break;
            case "time":
                Time(ref reply, nowMs);
                break;
            case "dbsize":
                RespWriter.Integer(ref reply, state.Image?.Profiles.Count ?? 0);
                break;
            case "reset":
                Reset(ref reply);
                break;
            default:
                RespWriter.Simple(ref reply, "OK"u8);
                return FrontStep.Close;
        }

        return FrontStep.Read;
    }

    private static void Unknown(in RespRequest request, ref FrontWriter reply)
    {
        StringBuilder arguments = new();
        for (int i = 1; i < request.Count && arguments.Length < ShownCharactersMax; i++)
        {
            arguments.Append('\'').Append(Shown(request.Text(i))).Append("' ");
        }

        RespWriter.Error(ref reply, $"ERR unknown command '{Shown(request.Text(0))}', with args beginning with: {arguments}");
    }

    private static void Time(ref FrontWriter reply, long nowMs)
    {
        RespWriter.Array(ref reply, 2);
        RespWriter.Text(ref reply, (nowMs / 1_000).ToString(CultureInfo.InvariantCulture));
        RespWriter.Text(ref reply, (nowMs % 1_000 * 1_000).ToString(CultureInfo.InvariantCulture));
    }

    private void Reset(ref FrontWriter reply)
    {
        (IsResp3, name) = (false, "");
        subscriptions.Clear();
        RespWriter.Simple(ref reply, "RESET"u8);
    }

    private void Ping(in RespRequest request, ref FrontWriter reply)
    {
        if (request.Count > 2)
        {
            WrongArguments(ref reply, "ping");
        }
        else if (IsSubscribed)
        {
            RespWriter.Array(ref reply, 2);
            RespWriter.Bulk(ref reply, "pong"u8);
            RespWriter.Bulk(ref reply, request.Count == 2 ? request[1] : []);
        }
        else if (request.Count == 2)
        {
            RespWriter.Bulk(ref reply, request[1]);
        }
        else
        {
            RespWriter.Simple(ref reply, "PONG"u8);
        }
    }

    private void Hello(in RespRequest request, ref FrontWriter reply)
    {
        bool toResp3 = IsResp3;
        string toName = name;
        if (request.Count > 1)
        {
            if (!request[1].SequenceEqual("2"u8) && !request[1].SequenceEqual("3"u8))
            {
                RespWriter.Error(ref reply, "NOPROTO unsupported protocol version");
                return;
            }

            toResp3 = request[1][0] == '3';
            for (int i = 2; i < request.Count;)
            {
                if (request.Is(i, "AUTH"u8) && i + 2 < request.Count)
                {
                    // There are no users: whatever is presented is welcome, as with Redis' default user.
                    i += 3;
                }
                else if (request.Is(i, "SETNAME"u8) && i + 1 < request.Count)
                {
                    toName = Shown(request.Text(i + 1));
                    i += 2;
                }
                else
                {
                    RespWriter.Error(ref reply, $"ERR Syntax error in HELLO option '{Shown(request.Text(i))}'");
                    return;
                }
            }
        }

        (IsResp3, name) = (toResp3, toName);
        RespWriter.Map(ref reply, 7, IsResp3);
        Entry(ref reply, "server", "redis");
        Entry(ref reply, "version", "7.0.0");
        RespWriter.Text(ref reply, "proto");
        RespWriter.Integer(ref reply, IsResp3 ? 3 : 2);
        RespWriter.Text(ref reply, "id");
        RespWriter.Integer(ref reply, id);
        Entry(ref reply, "mode", "standalone");
        Entry(ref reply, "role", "master");
        RespWriter.Text(ref reply, "modules");
        RespWriter.Array(ref reply, 0);
    }

    private static void Select(in RespRequest request, ref FrontWriter reply)
    {
        if (request[1].SequenceEqual("0"u8))
        {
            RespWriter.Simple(ref reply, "OK"u8);
        }
        else
        {
            RespWriter.Error(ref reply, int.TryParse(request[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
                ? "ERR DB index is out of range"
                : "ERR value is not an integer or out of range");
        }
    }

    private void Client(in RespRequest request, ref FrontWriter reply)
    {
        string subcommand = Shown(request.Text(1)).ToUpperInvariant();
        string described = $"id={id} name={name} db=0 resp={(IsResp3 ? 3 : 2)}";
        switch (subcommand, request.Count)
        {
            case ("ID", 2):
                RespWriter.Integer(ref reply, id);
                break;
            case ("GETNAME", 2):
                RespWriter.Text(ref reply, name);
                break;
            case ("SETNAME", 3):
                name = Shown(request.Text(2));
                RespWriter.Simple(ref reply, "OK"u8);
                break;
            case ("SETINFO", 4) or ("NO-EVICT", 3) or ("NO-TOUCH", 3):
                RespWriter.Simple(ref reply, "OK"u8);
                break;
            case ("INFO", 2) or ("LIST", _):
                RespWriter.Text(ref reply, described + "\n");
                break;
            default:
                RespWriter.Error(ref reply, $"ERR unknown subcommand or wrong number of arguments for '{subcommand}'. Try CLIENT HELP.");
                break;
        }
    }

    private void Config(in RespRequest request, ref FrontWriter reply)
    {
        if (!request.Is(1, "GET"u8) || request.Count < 3)
        {
            RespWriter.Error(ref reply, $"ERR unknown subcommand or wrong number of arguments for '{Shown(request.Text(1))}'");
            return;
        }

        // What clients ask for when they connect. An edge keeps nothing on disk and has one database.
        (string Name, string Value)[] settings =
        [
            ("save", ""), ("appendonly", "no"), ("timeout", "130"), ("databases", "1"), ("replica-read-only", "yes"), ("maxmemory", "0"),
        ];
        List<(string Name, string Value)> asked = [];
        for (int i = 2; i < request.Count; i++)
        {
            string pattern = request.Text(i);
            asked.AddRange(settings.Where(each => pattern == "*" || pattern.Equals(each.Name, StringComparison.OrdinalIgnoreCase)));
        }

        RespWriter.Map(ref reply, asked.Count, IsResp3);
        foreach ((string setting, string value) in asked)
        {
            Entry(ref reply, setting, value);
        }
    }

    private void Command(in RespRequest request, ref FrontWriter reply)
    {
        if (request.Count > 1 && request.Is(1, "COUNT"u8))
        {
            RespWriter.Integer(ref reply, Commands.Length);
        }
        else if (request.Count > 1 && request.Is(1, "DOCS"u8))
        {
            RespWriter.Map(ref reply, 0, IsResp3);
        }
        else if (request.Count == 1 || request.Is(1, "INFO"u8))
        {
            RespWriter.Array(ref reply, Commands.Length);
            foreach ((string command, int arity) in Commands)
            {
                RespWriter.Array(ref reply, 6);
                RespWriter.Text(ref reply, command);
                RespWriter.Integer(ref reply, arity);
                RespWriter.Array(ref reply, 1);
                RespWriter.Simple(ref reply, "fast"u8);
                RespWriter.Integer(ref reply, command == "get" ? 1 : 0);
                RespWriter.Integer(ref reply, command == "get" ? 1 : 0);
                RespWriter.Integer(ref reply, command == "get" ? 1 : 0);
            }
        }
        else
        {
            RespWriter.Error(ref reply, $"ERR unknown subcommand '{Shown(request.Text(1))}'. Try COMMAND HELP.");
        }
    }

    // Nothing is ever published: clients subscribe to learn of a change of master, and there is none.
    private void Subscribe(in RespRequest request, ref FrontWriter reply)
    {
        for (int i = 1; i < request.Count; i++)
        {
            if (subscriptions.Count < SubscriptionsMax)
            {
                subscriptions.Add(request.Text(i));
            }

            Confirm(ref reply, "subscribe"u8, request[i]);
        }
    }

    private void Unsubscribe(in RespRequest request, ref FrontWriter reply)
    {
        if (request.Count > 1)
        {
            for (int i = 1; i < request.Count; i++)
            {
                subscriptions.Remove(request.Text(i));
                Confirm(ref reply, "unsubscribe"u8, request[i]);
            }

            return;
        }

        string[] all = [.. subscriptions];
        if (all.Length == 0)
        {
            Confirm(ref reply, "unsubscribe"u8, default);
        }

        foreach (string channel in all)
        {
            subscriptions.Remove(channel);
            Confirm(ref reply, "unsubscribe"u8, Encoding.UTF8.GetBytes(channel));
        }
    }

    private void Confirm(ref FrontWriter reply, ReadOnlySpan<byte> what, ReadOnlySpan<byte> channel)
    {
        reply.Raw(IsResp3 ? ">3\r\n"u8 : "*3\r\n"u8);
        RespWriter.Bulk(ref reply, what);
        if (channel.IsEmpty)
        {
            RespWriter.Null(ref reply, IsResp3);
        }
        else
        {
            RespWriter.Bulk(ref reply, channel);
        }

        RespWriter.Integer(ref reply, subscriptions.Count);
    }

    private static void Entry(ref FrontWriter reply, string key, string value)
    {
        RespWriter.Text(ref reply, key);
        RespWriter.Text(ref reply, value);
    }
}
