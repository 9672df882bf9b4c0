namespace Llamax.Corpus.Cleaning;

/// <summary>One plain space wherever there is white space of any kind, none at the ends.</summary>
internal sealed class WhitespaceNormalization : TextRepair
{
    public override string Name => "whitespace";

    protected override string Repair(string text)
    {
        if (IsNormal(text))
            return text;
        var length = 0;
        var normal = text.Length <= 1024 ? stackalloc char[text.Length] : new char[text.Length];
        foreach (var unit in text)
        {
            if (CharacterKinds.OfUnit(unit) != CharacterKind.Space)
                normal[length++] = unit;
            else if (length > 0 && normal[length - 1] != ' ')
                normal[length++] = ' ';
        }

        if (length > 0 && normal[length - 1] == ' ')
            length--;
        return normal[..length].ToString();
    }

    private static bool IsNormal(ReadOnlySpan<char> text)
    {
        var before = ' ';
        foreach (var unit in text)
        {
            if (unit == ' ' ? before == ' ' : CharacterKinds.OfUnit(unit) == CharacterKind.Space)
                return false;
            before = unit;
        }

        return text.Length == 0 || before != ' ';
    }
}
