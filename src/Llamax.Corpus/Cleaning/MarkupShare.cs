namespace Llamax.Corpus.Cleaning;

/// <summary>The share of characters inside HTML or XML tags and entities.</summary>
internal sealed class MarkupShare(CleaningSides sides) : TextFilter(sides)
{
    private const int LongestEntity = 10;

    public override string Name => "mostMarkup";

    protected override string? Objection(string text, CleaningSide side)
    {
        var inside = 0;
        var rest = text.AsSpan();
        while (rest.IndexOfAny('<', '&') is >= 0 and var start)
        {
            rest = rest[start..];
            var length = rest[0] == '<' ? Tag(rest) : Entity(rest);
            inside += length;
            rest = rest[Math.Max(length, 1)..];
        }

        return inside > side.Limits.MostMarkup * text.Length ? Name : null;
    }

    /// <summary>The length of <c>&lt;b&gt;</c>, <c>&lt;/p&gt;</c>, <c>&lt;!-- --&gt;</c>; 0 for "a &lt; b".</summary>
    private static int Tag(ReadOnlySpan<char> text) =>
        text.Length > 1 && (char.IsAsciiLetter(text[1]) || text[1] is '/' or '!' or '?') ? text.IndexOf('>') + 1 : 0;

    private static int Entity(ReadOnlySpan<char> text)
    {
        var end = text[..Math.Min(text.Length, LongestEntity)].IndexOf(';');
        if (end < 2)
            return 0;
        var name = text[(text[1] == '#' ? 2 : 1)..end];
        foreach (var unit in name)
            if (!char.IsAsciiLetterOrDigit(unit))
                return 0;
        return name.Length > 0 ? end + 1 : 0;
    }
}
