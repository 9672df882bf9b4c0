using System.Text;

namespace Llamax.Metrics.Bleu.Tokenizers;

/// <summary>
/// The language-dependent part of mteval-v13a: four substitutions, each over the whole line before the next. As in a regular
/// expression, a match takes its characters away from the matches behind it.
/// </summary>
internal static class PunctuationRules
{
    public static string Apply(string line)
    {
        line = SurroundSymbols(line);
        line = Pairs(line, static (a, b) => !char.IsAsciiDigit(a) && (b is '.' or ','), "", " ", " ");
        line = Pairs(line, static (a, b) => (a is '.' or ',') && !char.IsAsciiDigit(b), " ", " ", "");
        line = Pairs(line, static (a, b) => char.IsAsciiDigit(a) && b == '-', "", " ", " ");
        return Whitespace.Normalize(line);
    }

    private static string SurroundSymbols(string line)
    {
        var builder = new StringBuilder(line.Length + 32);
        foreach (var c in line)
        {
            if (c is >= '{' and <= '~' or >= '[' and <= '`' or >= ' ' and <= '&' or >= '(' and <= '+' or >= ':' and <= '@' or '/')
                builder.Append(' ').Append(c).Append(' ');
            else
                builder.Append(c);
        }

        return builder.ToString();
    }

    private static string Pairs(string line, Func<char, char, bool> isMatch, string before, string between, string behind)
    {
        var builder = new StringBuilder(line.Length + 32);
        for (var i = 0; i < line.Length; i++)
        {
            if (i + 1 < line.Length && isMatch(line[i], line[i + 1]))
                builder.Append(before).Append(line[i]).Append(between).Append(line[++i]).Append(behind);
            else
                builder.Append(line[i]);
        }

        return builder.ToString();
    }
}
