using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Cleaning;

/// <summary>What a filter makes of a pair.</summary>
public enum VerdictKind : byte
{
    Keep,

    /// <summary>Kept, with another text.</summary>
    Changed,

    Drop,

    /// <summary>Kept, because the filter cannot judge this language.</summary>
    NotJudged,
}

/// <summary>A filter's verdict on one pair; the default value keeps it.</summary>
public readonly record struct Verdict
{
    public VerdictKind Kind { get; private init; }

    /// <summary>Why it is dropped: the key of the recipe that holds the threshold, for example <c>mostLengthRatio</c>.</summary>
    public string? Reason { get; private init; }

    /// <summary>The changed pair; meaningful for <see cref="VerdictKind.Changed"/> alone.</summary>
    public SentencePair Pair { get; private init; }

    public static Verdict Keep => default;

    public static Verdict NotJudged { get; } = new() { Kind = VerdictKind.NotJudged };

    public static Verdict Drop(string reason) => new() { Kind = VerdictKind.Drop, Reason = reason };

    public static Verdict Change(in SentencePair pair) => new() { Kind = VerdictKind.Changed, Pair = pair };
}
