namespace Llamax.Corpus.Packing;

/// <summary>A training set in blocks, readable in any order and from many threads.</summary>
public interface IPackedCorpus : IDisposable
{
    /// <summary>Tokens in a block, padding included.</summary>
    int BlockLength { get; }

    int BlockCount { get; }

    /// <summary>Blocks of each stage of a curriculum, one after the other: training shuffles within a stage. One stage = no curriculum.</summary>
    IReadOnlyList<int> Stages => [BlockCount];

    /// <summary>Tokens in all blocks, padding excluded.</summary>
    long TokenCount { get; }

    /// <summary><see cref="Text.Tokenization.ITokenizer.Fingerprint"/> of the tokenizer that made the ids.</summary>
    string TokenizerFingerprint { get; }

    /// <summary>Highest id + 1 that the tokenizer can give: a model needs at least so many rows.</summary>
    int VocabularySize { get; }

    /// <summary>Fills <paramref name="block"/>, whose length must be <see cref="BlockLength"/>.</summary>
    void Read(int index, PackedBlock block);
}
