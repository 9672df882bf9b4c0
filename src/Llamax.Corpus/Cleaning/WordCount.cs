namespace Llamax.Corpus.Cleaning;

/// <summary>Length in words between spaces; languages that write none are not counted.</summary>
internal sealed class WordCount(CleaningSides sides) : TextFilter(sides)
{
    public override string Name => "words";

    public override IReadOnlyList<string> Reasons => ["leastWords", "mostWords"];

    protected override string? Objection(string text, CleaningSide side)
    {
        if (!side.HasSpaces)
            return null;
        var (count, isInside) = (0, false);
        foreach (var unit in text)
        {
            var isWord = CharacterKinds.OfUnit(unit) != CharacterKind.Space;
            count += isWord && !isInside ? 1 : 0;
            isInside = isWord;
        }

        return count < side.Limits.LeastWords ? "leastWords" : count > side.Limits.MostWords ? "mostWords" : null;
    }
}
