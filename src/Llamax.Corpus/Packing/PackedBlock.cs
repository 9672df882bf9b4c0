namespace Llamax.Corpus.Packing;

/// <summary>One training block of fixed length, filled with whole or cut documents; a buffer that readers reuse.</summary>
public sealed class PackedBlock(int length)
{
    /// <summary>[length] token ids; padding at the end has <see cref="Segments"/> −1.</summary>
    public int[] Tokens { get; } = new int[length];

    /// <summary>[length] number of the document inside the block, from 0; −1 = padding. Attention stays inside one number.</summary>
    public int[] Segments { get; } = new int[length];

    /// <summary>[length] position inside the document, from 0: rotary positions restart with every document.</summary>
    public int[] Positions { get; } = new int[length];

    /// <summary>
    /// [length] whether the token here is learnt when predicted from the one before it. Never true for the first token of a document.
    /// </summary>
    public bool[] Loss { get; } = new bool[length];

    /// <summary>The documents of the block in order: kind, languages and token count, for loss by language and kind.</summary>
    public List<PackedDocument> Documents { get; } = [];
}

/// <summary>A document inside a block.</summary>
/// <param name="Kind">Its part in Algorithm 1.</param>
/// <param name="Source">Paper code.</param>
/// <param name="Target">Paper code; empty for monolingual text.</param>
/// <param name="Start">First token in the block.</param>
/// <param name="Length">Tokens in the block.</param>
public readonly record struct PackedDocument(EntryKind Kind, string Source, string Target, int Start, int Length);
