
namespace MixModeler.Streaming.Score.Cel;

/// <summary>Evaluates {"expr":…,"bind":{…}}, one a line, into one result a line, in order, whatever a line may be.</summary>
public static class CelLines
{
    /// <summary>A longer line is answered with an error and passed over.</summary>
    public const int LineBytesMax = 4 << 20;

    public static void Run(Stream input, Stream output, bool isChecked = false)
    {
        byte[] buffer = new byte[LineBytesMax + 1];
        int held = 0;
        bool isTooLong = false;
        while (true)
        {
            int read = input.Read(buffer, held, buffer.Length - held);
            int end = held + read;
            int start = 0;
            for (int newline; (newline = buffer.AsSpan(Math.Max(start, held), end - Math.Max(start, held)).IndexOf((byte)'\n')) >= 0;)
            {
                newline += Math.Max(start, held);
                Answer(buffer.AsSpan(start, newline - start), isTooLong, isChecked, output);
                isTooLong = false;
                start = newline + 1;
            }

            held = end - start;
            if (read == 0)
            {
                if (held > 0 || isTooLong)
                {
                    Answer(buffer.AsSpan(start, held), isTooLong, isChecked, output);
                }

                output.Flush();
                return;
            }

            buffer.AsSpan(start, held).CopyTo(buffer);
            if (held == buffer.Length)
            {
                isTooLong = true;
                held = 0;
            }
        }
    }

    private static void Answer(ReadOnlySpan<byte> line, bool isTooLong, bool isChecked, Stream output)
    {
        CelEvaluation evaluation = isTooLong || line.Length > LineBytesMax
            ? CelEvaluation.Failed($"the line has more than {LineBytesMax} bytes")
            : Evaluate(line.TrimEnd((byte)'\r'), isChecked);
        output.Write(evaluation.ToJson());
        output.WriteByte((byte)'\n');
    }

    /// <summary>One line; what it has beside expr and bind is passed over.</summary>
    public static CelEvaluation Evaluate(ReadOnlySpan<byte> line, bool isChecked = false)
    {
        if (!CelJson.TryParse(line, out CelValue document, out string problem))
        {
            return CelEvaluation.Failed($"the line is no JSON: {problem}");
        }

        if (document.Kind != CelKind.Map || !document.AsMap.TryGet("expr"u8, out CelValue expression) || expression.Kind != CelKind.String)
        {
            return CelEvaluation.Failed("a line is an object with the text \"expr\", such as {\"expr\":\"x + 1\",\"bind\":{\"x\":2}}");
        }

        List<CelBinding> bindings = [];
        if (document.AsMap.TryGet("bind"u8, out CelValue bind) && bind.Kind != CelKind.Null)
        {
            if (bind.Kind != CelKind.Map)
            {
                return CelEvaluation.Failed("\"bind\" is an object of names and values");
            }

            for (int i = 0; i < bind.AsMap.Count; i++)
            {
                if (CelBinding.Create(bind.AsMap.Keys[i].AsText, bind.AsMap.Values[i], out problem) is not { } binding)
                {
                    return CelEvaluation.Failed(problem);
                }

                bindings.Add(binding);
            }
        }

        return CelEvaluation.Run(expression.AsText, bindings, isChecked);
    }
}
