using System.Globalization;
using System.Text;

namespace Llamax.Metrics.Bleu.Tokenizers;

/// <summary>
/// The international tokenizer of mteval-v14: punctuation of any script is a token unless it stands between digits, and so is
/// every symbol.
/// </summary>
public sealed class InternationalTokenizer : IBleuTokenizer
{
    private enum Kind
    {
        Other,
        Number,
        Punctuation,
        Symbol,
    }

    public string Name => "intl";

    public string Tokenize(string line)
    {
        line = Pairs(line, static (a, b) => a != Kind.Number && b == Kind.Punctuation, "", " ", " ");
        line = Pairs(line, static (a, b) => a == Kind.Punctuation && b != Kind.Number, " ", " ", "");
        var builder = new StringBuilder(line.Length + 32);
        foreach (var rune in line.EnumerateRunes())
        {
            var space = KindOf(rune) == Kind.Symbol ? " " : "";
            builder.Append(space).Append(rune.ToString()).Append(space);
        }

        return Whitespace.Normalize(builder.ToString());
    }

    /// <summary>One substitution over the whole line; a match takes its characters away from the matches behind it.</summary>
    private static string Pairs(string line, Func<Kind, Kind, bool> isMatch, string before, string between, string behind)
    {
        var runes = line.EnumerateRunes().ToArray();
        var builder = new StringBuilder(line.Length + 32);
        for (var i = 0; i < runes.Length; i++)
        {
            if (i + 1 < runes.Length && isMatch(KindOf(runes[i]), KindOf(runes[i + 1])))
                builder.Append(before).Append(runes[i].ToString()).Append(between).Append(runes[++i].ToString()).Append(behind);
            else
                builder.Append(runes[i].ToString());
        }

        return builder.ToString();
    }

    private static Kind KindOf(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
        UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation
            or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation
            or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation => Kind.Punctuation,
        UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.ModifierSymbol
            or UnicodeCategory.OtherSymbol => Kind.Symbol,
        _ => Kind.Other,
    };
}
