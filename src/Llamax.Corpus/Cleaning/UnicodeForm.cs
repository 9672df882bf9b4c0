namespace Llamax.Corpus.Cleaning;

/// <summary>Which Unicode normalisation form a text is brought into.</summary>
public enum UnicodeForm
{
    /// <summary>As it is.</summary>
    None,

    /// <summary>Composed: the same letters, spelt in one way.</summary>
    Nfc,

    /// <summary>Composed, and compatibility characters (ligatures, full-width letters, ²) become plain ones.</summary>
    Nfkc,
}
