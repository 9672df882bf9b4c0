using System.Text.Json.Serialization;

namespace Llamax.Corpus.Packing;

/// <summary>What a packed corpus holds, and what did not get in; written as <c>manifest.json</c> beside it.</summary>
public sealed record PackedCorpusManifest
{
    public string Format { get; init; } = "llamax-packed/1";

    /// <summary>The files' name without extension.</summary>
    public required string Name { get; init; }

    public required string TokenizerFingerprint { get; init; }

    public required int VocabularySize { get; init; }

    public required PackingOptions Options { get; init; }

    public required int Blocks { get; init; }

    /// <summary>Tokens without padding, BOS and EOS included.</summary>
    public required long Tokens { get; init; }

    public required long LossTokens { get; init; }

    /// <summary>Padding over all places in all blocks.</summary>
    public required double PaddingShare { get; init; }

    /// <summary>By kind and languages, in this order.</summary>
    public required IReadOnlyList<PackedCount> Counts { get; init; }

    /// <summary>What the mix made of each source, by stage; null without a mix.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MixedSource>? Mix { get; init; }

    /// <summary>SHA-256 of NAME.tokens, lower-case hexadecimal.</summary>
    public required string TokensSha256 { get; init; }

    /// <summary>SHA-256 of NAME.index, lower-case hexadecimal.</summary>
    public required string IndexSha256 { get; init; }

    /// <summary>SHA-256 of NAME.origins, lower-case hexadecimal.</summary>
    public required string OriginsSha256 { get; init; }
}

/// <summary>One kind and direction of a packed corpus.</summary>
/// <param name="Kind">Its part in Algorithm 1.</param>
/// <param name="Source">Paper code.</param>
/// <param name="Target">Paper code; empty for monolingual text.</param>
/// <param name="Entries">Entries that came in; consecutive monolingual lines count as the one document they became.</param>
/// <param name="Documents">Documents that were laid into blocks; long monolingual text makes several.</param>
/// <param name="Tokens">Their tokens, BOS and EOS included.</param>
/// <param name="LossTokens">Their learnt tokens.</param>
/// <param name="CutEntries">Pairs and answers longer than a block: their end is lost.</param>
/// <param name="CutTokens">The tokens lost by that.</param>
/// <param name="EmptyEntries">Left out: no token in them, or none that is learnt within the block.</param>
public sealed record PackedCount(
    EntryKind Kind,
    string Source,
    string Target,
    long Entries,
    long Documents,
    long Tokens,
    long LossTokens,
    long CutEntries,
    long CutTokens,
    long EmptyEntries);

/// <summary>How often a stage of the mix saw a source.</summary>
/// <param name="Stage">The stage's name.</param>
/// <param name="Language">Paper code: the language, or the source language of a direction.</param>
/// <param name="Kind">Its part in Algorithm 1.</param>
/// <param name="Entries">Entries of the built set.</param>
/// <param name="Planned">Entries that were seen, each counted as often as it was.</param>
/// <param name="Epochs">How often the source was seen.</param>
public sealed record MixedSource(string Stage, string Language, EntryKind Kind, long Entries, long Planned, double Epochs);
