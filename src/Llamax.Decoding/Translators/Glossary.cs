using Llamax.Runs;

namespace Llamax.Decoding.Translators;

/// <summary>
/// Terms and their translations: where a source has a term, the translation must have the other. A term is found as a whole word, case
/// apart; in languages without spaces anywhere.
/// </summary>
/// <param name="Entries">Source term, target term.</param>
public sealed record Glossary(IReadOnlyList<(string Source, string Target)> Entries)
{
    /// <summary>Reads two columns, parted by a tab; empty lines and lines that begin with # mean nothing.</summary>
    /// <exception cref="RequestException">A line has no two columns.</exception>
    public static Glossary Load(string path)
    {
        var entries = new List<(string, string)>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line) || line.StartsWith('#'))
                continue;
            var columns = line.Split('\t', StringSplitOptions.TrimEntries);
            if (columns.Length != 2 || columns.Contains(""))
                throw new RequestException(
                    $"{columns.Length} columns found, 2 expected (source term, target term)", $"{path}, line {number}",
                    "part the two by one tab");
            entries.Add((columns[0], columns[1]));
        }

        return new(entries);
    }

    /// <summary>The request with the terms that its text asks for.</summary>
    public TranslationRequest Apply(TranslationRequest request) => request with
    {
        Terms = [.. request.Terms, .. Entries.Where(entry => Has(request.Text, entry.Source)).Select(entry => entry.Target).Distinct()],
    };

    private static bool Has(string text, string term)
    {
        for (var at = 0; (at = text.IndexOf(term, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
            if (!Joins(text, at - 1, at) && !Joins(text, at + term.Length - 1, at + term.Length))
                return true;
        return false;
    }

    /// <summary>Whether two neighbours are one word: letters or digits of scripts that put spaces between words.</summary>
    private static bool Joins(string text, int left, int right) =>
        left >= 0 && right < text.Length && IsOfWord(text[left]) && IsOfWord(text[right]);

    // From U+0E00 on (Thai, Lao, Khmer, Burmese, Han, kana) spaces do not tell words; Indic scripts below and Hangul above do.
    private static bool IsOfWord(char letter) =>
        char.IsLetterOrDigit(letter) && (letter < '\u0E00' || letter is >= '\u1E00' and < '\u2E80' or >= '\uAC00' and <= '\uD7A3');
}
