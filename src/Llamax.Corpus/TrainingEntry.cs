namespace Llamax.Corpus;

/// <summary>Where a training entry comes from in Algorithm 1 of the paper.</summary>
public enum EntryKind : byte
{
    /// <summary>Text of one language, loss on every token.</summary>
    Monolingual = 0,

    /// <summary>Source and target joined by one space, loss on every token.</summary>
    Parallel = 1,

    /// <summary>Code-switched source, loss on the target alone (on both where the pair was made from monolingual text).</summary>
    Augmented = 2,

    /// <summary>A pair whose one side was translated by g.</summary>
    Pivot = 3,

    /// <summary>Prompt and answer, loss on the answer.</summary>
    Instruction = 4,

    /// <summary>Prompt, better answer and worse answer: packed as two documents, prompt and answer each, loss on the answers.</summary>
    Preference = 5,
}

/// <summary>A piece of an entry's text. Segments are tokenised each on its own and then joined.</summary>
/// <param name="Text">The text.</param>
/// <param name="HasLoss">Whether its tokens are learnt.</param>
public readonly record struct TextSegment(string Text, bool HasLoss);

/// <summary>
/// One document of the training set. Packing adds BOS in front (never learnt) and EOS behind (learnt where the last segment is).
/// </summary>
/// <param name="Kind">Its part in Algorithm 1.</param>
/// <param name="Source">Paper code of the source (or only) language.</param>
/// <param name="Target">Paper code of the target language; empty for monolingual text.</param>
/// <param name="Segments">
/// In order. The two sentences of <see cref="EntryKind.Parallel"/>, <see cref="EntryKind.Augmented"/> and <see cref="EntryKind.Pivot"/> are
/// joined by one space that neither of them holds; other kinds are joined by nothing.
/// </param>
/// <param name="Origin">File and line, or generator and item.</param>
public sealed record TrainingEntry(EntryKind Kind, string Source, string Target, IReadOnlyList<TextSegment> Segments, string Origin)
{
    /// <summary>Whether one space stands between the segments.</summary>
    public bool IsJoinedBySpace => Kind is EntryKind.Parallel or EntryKind.Augmented or EntryKind.Pivot;
}
