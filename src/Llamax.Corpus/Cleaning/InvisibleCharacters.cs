namespace Llamax.Corpus.Cleaning;

/// <summary>
/// Takes out control characters (white space among them becomes a space), byte order marks, soft hyphens, zero-width spaces and
/// direction marks. Joiners stay.
/// </summary>
internal sealed class InvisibleCharacters : TextRepair
{
    public override string Name => "invisibleCharacters";

    protected override string Repair(string text)
    {
        foreach (var unit in text)
            if (CharacterKinds.OfUnit(unit) == CharacterKind.Invisible)
                return Without(text);
        return text;
    }

    private static string Without(string text)
    {
        var length = 0;
        var visible = text.Length <= 1024 ? stackalloc char[text.Length] : new char[text.Length];
        foreach (var unit in text)
            if (CharacterKinds.OfUnit(unit) != CharacterKind.Invisible)
                visible[length++] = unit;
        return visible[..length].ToString();
    }
}
