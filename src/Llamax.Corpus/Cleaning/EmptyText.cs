namespace Llamax.Corpus.Cleaning;

/// <summary>Drops text without a single letter or number.</summary>
internal sealed class EmptyText(CleaningSides sides) : TextFilter(sides)
{
    public override string Name => "empty";

    protected override string? Objection(string text, CleaningSide side)
    {
        for (int place = 0, length; place < text.Length; place += length)
            if ((CharacterKinds.At(text, place, out length) & (CharacterKind.Letter | CharacterKind.Number)) != 0)
                return null;
        return Name;
    }
}
