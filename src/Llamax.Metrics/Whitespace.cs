namespace Llamax.Metrics;

/// <summary>What separates words for sacrebleu: Unicode white space and, unlike in .NET, the four separators U+001C to U+001F.</summary>
internal static class Whitespace
{
    public static bool Contains(char character) => char.IsWhiteSpace(character) || character is >= '\u001C' and <= '\u001F';

    public static string TrimEnd(string text)
    {
        var end = text.Length;
        while (end > 0 && Contains(text[end - 1]))
            end--;
        return text[..end];
    }

    public static string Trim(string text)
    {
        var start = 0;
        var trimmed = TrimEnd(text);
        while (start < trimmed.Length && Contains(trimmed[start]))
            start++;
        return trimmed[start..];
    }

    /// <summary>Appends the range of every word of <paramref name="text"/>.</summary>
    public static void Split(ReadOnlySpan<char> text, List<Range> words)
    {
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || Contains(text[i]))
            {
                if (start >= 0)
                    words.Add(start..i);
                start = -1;
            }
            else if (start < 0)
            {
                start = i;
            }
        }
    }

    /// <summary>The words with single spaces between them.</summary>
    public static string Normalize(ReadOnlySpan<char> text)
    {
        var words = new List<Range>();
        Split(text, words);
        var builder = new System.Text.StringBuilder(text.Length);
        foreach (var word in words)
            builder.Append(builder.Length > 0 ? " " : "").Append(text[word]);
        return builder.ToString();
    }
}
