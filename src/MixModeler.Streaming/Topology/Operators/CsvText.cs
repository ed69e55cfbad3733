using System.Text;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>Comma-separated values as RFC 4180 has them: quotes around what has commas, quotes or line ends, quotes doubled within.</summary>
internal static class CsvText
{
    public static IEnumerable<(int Line, List<string> Cells)> Rows(string text)
    {
        StringBuilder cell = new();
        List<string> cells = [];
        (int line, int rowLine) = (1, 1);
        bool isQuoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            line += c == '\n' ? 1 : 0;
            if (isQuoted)
            {
                if (c == '"' && i + 1 < text.Length && text[i + 1] == '"')
                {
                    cell.Append('"');
                    i++;
                }
                else if (c == '"')
                {
                    isQuoted = false;
                }
                else
                {
                    cell.Append(c);
                }
            }
            else if (c == '"' && cell.Length == 0)
            {
                isQuoted = true;
            }
            else if (c is ',' or '\n')
            {
                cells.Add(cell.ToString());
                cell.Clear();
                if (c == '\n')
                {
                    if (cells is not [""])
                    {
                        yield return (rowLine, cells);
                    }

                    (cells, rowLine) = ([], line);
                }
            }
            else if (c != '\r')
            {
                cell.Append(c);
            }
        }

        cells.Add(cell.ToString());
        if (cells is not [""])
        {
            yield return (rowLine, cells);
        }
    }
}
