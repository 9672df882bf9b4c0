namespace Llamax.Corpus.Cleaning;

/// <summary>Length in characters (Unicode code points).</summary>
internal sealed class CharacterCount(CleaningSides sides) : TextFilter(sides)
{
    public override string Name => "characters";

    public override IReadOnlyList<string> Reasons => ["leastCharacters", "mostCharacters"];

    protected override string? Objection(string text, CleaningSide side)
    {
        var count = text.Length;
        if (text.AsSpan().ContainsAnyInRange('\uD800', '\uDBFF'))
            foreach (var unit in text)
                count -= char.IsHighSurrogate(unit) ? 1 : 0;
        return count < side.Limits.LeastCharacters ? "leastCharacters" : count > side.Limits.MostCharacters ? "mostCharacters" : null;
    }
}
