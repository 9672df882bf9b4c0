using System.Buffers;

namespace Llamax.Corpus.Cleaning;

/// <summary>The share of characters inside web addresses.</summary>
internal sealed class UrlShare(CleaningSides sides) : TextFilter(sides)
{
    private static readonly SearchValues<string> Beginnings =
        SearchValues.Create(["http://", "https://", "www.", "ftp://"], StringComparison.OrdinalIgnoreCase);

    public override string Name => "mostUrl";

    protected override string? Objection(string text, CleaningSide side)
    {
        var inside = 0;
        var rest = text.AsSpan();
        while (rest.IndexOfAny(Beginnings) is >= 0 and var start)
        {
            rest = rest[start..];
            var length = 0;
            while (length < rest.Length && CharacterKinds.OfUnit(rest[length]) != CharacterKind.Space)
                length++;
            inside += length;
            rest = rest[length..];
        }

        return inside > side.Limits.MostUrl * text.Length ? Name : null;
    }
}
