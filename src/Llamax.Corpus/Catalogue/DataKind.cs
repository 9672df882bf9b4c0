namespace Llamax.Corpus.Catalogue;

/// <summary>What an entry of the catalogue is for.</summary>
public enum DataKind
{
    /// <summary>Sentences with translations, to train on.</summary>
    Parallel,

    /// <summary>Text of one language each, to train on.</summary>
    Monolingual,

    /// <summary>Words and phrases with translations.</summary>
    Lexicon,

    /// <summary>Sentences that measure; they must never enter training text.</summary>
    Test,

    /// <summary>A tokenizer or a language identifier.</summary>
    Model,

    /// <summary>Instructions with answers.</summary>
    Instructions,
}
