namespace Llamax.Corpus.Cleaning;

/// <summary>The longest run of one character: dotted lines of a table of contents, held keys.</summary>
internal sealed class RepeatedCharacters(CleaningSides sides) : TextFilter(sides)
{
    public override string Name => "mostSameCharacters";

    protected override string? Objection(string text, CleaningSide side)
    {
        var (run, before) = (0, '\0');
        foreach (var unit in text)
        {
            run = unit == before ? run + 1 : 1;
            if (run > side.Limits.MostSameCharacters)
                return Name;
            before = unit;
        }

        return null;
    }
}
