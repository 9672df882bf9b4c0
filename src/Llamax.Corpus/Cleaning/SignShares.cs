namespace Llamax.Corpus.Cleaning;

/// <summary>The shares of punctuation and of symbols among all characters that are no spaces.</summary>
internal sealed class SignShares(CleaningSides sides) : TextFilter(sides)
{
    public override string Name => "signs";

    public override IReadOnlyList<string> Reasons => ["mostPunctuation", "mostSymbols"];

    protected override string? Objection(string text, CleaningSide side)
    {
        var (all, punctuation, symbols) = (0, 0, 0);
        for (int place = 0, length; place < text.Length; place += length)
        {
            var kind = CharacterKinds.At(text, place, out length);
            all += kind == CharacterKind.Space ? 0 : 1;
            punctuation += kind == CharacterKind.Punctuation ? 1 : 0;
            symbols += kind == CharacterKind.Symbol ? 1 : 0;
        }

        return punctuation > side.Limits.MostPunctuation * all ? "mostPunctuation"
            : symbols > side.Limits.MostSymbols * all ? "mostSymbols"
            : null;
    }
}
