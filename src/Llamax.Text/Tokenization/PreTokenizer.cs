using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Llamax.Runs;

namespace Llamax.Text.Tokenization;

/// <summary>What happens to the parts of a text that a pattern matches.</summary>
internal enum SplitBehavior
{
    /// <summary>Matches and what lies between them are words of their own.</summary>
    Isolated,

    /// <summary>Matches disappear; what lies between them are the words.</summary>
    Removed,
}

/// <summary>Cuts text into the words inside which a byte-level vocabulary merges, by an expression of its tokenizer.json.</summary>
internal sealed class PreTokenizer
{
    // A pattern from a hostile file may need for ever; a real one needs microseconds for a word.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Regex _pattern;
    private readonly SplitBehavior _behavior;
    private readonly bool _invert;

    /// <exception cref="RequestException">The expression is not one that .NET knows.</exception>
    public PreTokenizer(string pattern, SplitBehavior behavior, bool invert, string where)
    {
        try
        {
            _pattern = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Compiled, Patience);
        }
        catch (ArgumentException problem)
        {
            throw new RequestException(
                $"the pre-tokenizer's expression {pattern} is not one that Llamax can run ({problem.Message})", where,
                "choose a tokenizer with a plain expression", problem);
        }

        _behavior = behavior;
        _invert = invert;
    }

    /// <summary>Appends the words of <paramref name="range"/> of <paramref name="text"/>; the expression sees nothing around it.</summary>
    public void Split(string text, Range range, List<Range> words)
    {
        var (offset, length) = range.GetOffsetAndLength(text.Length);
        var subject = Shadow(text.AsSpan(offset, length), out var atomic);
        var end = 0;
        try
        {
            foreach (var match in _pattern.EnumerateMatches(subject))
            {
                if (match.Length == 0)
                    continue;
                Add(end, match.Index, isMatch: false);
                Add(match.Index, match.Index + match.Length, isMatch: true);
                end = match.Index + match.Length;
            }
        }
        catch (RegexMatchTimeoutException problem)
        {
            throw new RequestException(
                $"the pre-tokenizer's expression {_pattern} finds no end on a text of {length} characters", "",
                "choose a tokenizer with a plain expression", problem);
        }

        Add(end, subject.Length, isMatch: false);

        void Add(int from, int to, bool isMatch)
        {
            if (from < to && (_behavior == SplitBehavior.Isolated || isMatch == _invert))
                words.Add((offset + Origin(from))..(offset + Origin(to)));
        }

        int Origin(int index) => atomic is null ? index : atomic[index];
    }

    /// <summary>
    /// .NET matches UTF-16 units, the expressions are meant for characters: 𝕳 is a letter, its two halves are not. So each character
    /// outside the basic plane is replaced by one inside of the same general category, which no expression names by itself.
    /// </summary>
    /// <param name="text">Well-formed UTF-16.</param>
    /// <param name="origins">For each index in the result, and its end, the index in <paramref name="text"/>; null: the same.</param>
    private static ReadOnlySpan<char> Shadow(ReadOnlySpan<char> text, out int[]? origins)
    {
        origins = null;
        if (!text.ContainsAnyInRange('\uD800', '\uDFFF'))
            return text;
        var shadow = new StringBuilder(text.Length);
        origins = new int[text.Length + 1];
        for (var i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text[i..], out var rune, out var units);
            origins[shadow.Length] = i;
            shadow.Append(rune.IsBmp ? (char)rune.Value : Representative(Rune.GetUnicodeCategory(rune)));
            i += units;
        }

        origins[shadow.Length] = text.Length;
        return shadow.ToString();
    }

    private static char Representative(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => '\u0531',
        UnicodeCategory.LowercaseLetter => '\u0561',
        UnicodeCategory.ModifierLetter => '\u02E4',
        UnicodeCategory.OtherLetter => '\u1401',
        UnicodeCategory.DecimalDigitNumber => '\u0966',
        UnicodeCategory.LetterNumber => '\u2180',
        UnicodeCategory.OtherNumber => '\u2460',
        UnicodeCategory.NonSpacingMark => '\u0301',
        UnicodeCategory.SpacingCombiningMark => '\u0903',
        UnicodeCategory.EnclosingMark => '\u20DD',
        UnicodeCategory.OtherPunctuation => '\u0589',
        UnicodeCategory.DashPunctuation => '\u058A',
        UnicodeCategory.MathSymbol => '\u2201',
        UnicodeCategory.CurrencySymbol => '\u20A1',
        UnicodeCategory.ModifierSymbol => '\uA700',
        UnicodeCategory.OtherSymbol => '\u2605',
        UnicodeCategory.Format => '\u2061',
        UnicodeCategory.PrivateUse => '\uE000',
        _ => '\uFFFE', // not assigned
    };
}
