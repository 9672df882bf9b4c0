namespace Llamax.Corpus.Augmentation;

/// <summary>Gives a word the case of another one: DOG → HUND, Dog → Hund, dog → hund.</summary>
internal static class LetterCase
{
    /// <param name="word">Lower case; changed in place.</param>
    /// <param name="language">Paper code of the word: Turkish and Azerbaijani i becomes İ.</param>
    /// <param name="model">The word whose case it takes.</param>
    public static void Take(Span<char> word, string language, ReadOnlySpan<char> model)
    {
        var (letters, upper, beginsUpper) = (0, 0, false);
        foreach (var unit in model)
        {
            if (!char.IsLetter(unit))
                continue;
            if (letters++ == 0)
                beginsUpper = char.IsUpper(unit);
            upper += char.IsUpper(unit) ? 1 : 0;
        }

        // One capital letter begins a sentence or a name more often than it shouts.
        var raised = upper == letters && letters > 1 ? word.Length : beginsUpper ? 1 : 0;
        foreach (ref var unit in word[..Math.Min(raised, word.Length)])
            unit = unit == 'i' && language is "tr" or "az" ? 'İ' : char.ToUpperInvariant(unit);
    }
}
