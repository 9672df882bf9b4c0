namespace Llamax.Corpus.Cleaning;

/// <summary>
/// Drops text that was damaged before it came here: replacement characters, halves of surrogate pairs, noncharacters, private use.
/// </summary>
internal sealed class InvalidCharacters(CleaningSides sides) : TextFilter(sides)
{
    public override string Name => "invalidCharacters";

    protected override string? Objection(string text, CleaningSide side)
    {
        for (var place = 0; place < text.Length; place++)
        {
            if (CharacterKinds.OfUnit(text[place]) != CharacterKind.Invalid)
                continue;
            if (CharacterKinds.At(text, place, out var length) == CharacterKind.Invalid)
                return Name;
            place += length - 1;
        }

        return null;
    }
}
