using System.Collections.Immutable;

namespace Llamax.Text.Tokenization;

/// <summary>What a piece is for; the numbers are those of SentencePiece's file format.</summary>
public enum PieceType
{
    Normal = 1,
    Unknown = 2,

    /// <summary>Steers the model (<c>&lt;s&gt;</c>); never made from text and never shown in text.</summary>
    Control = 3,

    /// <summary>Always one piece wherever its letters stand in the text.</summary>
    UserDefined = 4,

    /// <summary>Keeps its id but is never the result of encoding.</summary>
    Unused = 5,

    /// <summary>One byte of a character that has no piece, written <c>&lt;0xE2&gt;</c>.</summary>
    Byte = 6,
}

/// <summary>How text is cut into pieces; the numbers are those of SentencePiece's file format.</summary>
public enum SegmentationModel
{
    Unigram = 1,
    Bpe = 2,
}

/// <summary>One entry of a vocabulary; its id is its place.</summary>
/// <param name="Text">The letters, a space written ▁ (U+2581).</param>
/// <param name="Score">BPE: the higher, the earlier merged. Unigram: the log probability.</param>
/// <param name="Type">What the piece is for.</param>
public readonly record struct VocabularyPiece(string Text, float Score, PieceType Type);

/// <summary>What a SentencePiece <c>tokenizer.model</c> holds, as far as it decides about ids.</summary>
public sealed record SentencePieceModel
{
    public required ImmutableArray<VocabularyPiece> Pieces { get; init; }

    public required SegmentationModel Segmentation { get; init; }

    /// <summary>A character without a piece becomes its UTF-8 bytes instead of the unknown piece.</summary>
    public bool ByteFallback { get; init; }

    public string UnknownSurface { get; init; } = " \u2047 ";

    public string BosPiece { get; init; } = "<s>";

    public string EosPiece { get; init; } = "</s>";

    public string PadPiece { get; init; } = "<pad>";

    /// <summary>The name of the character map, for example <c>nmt_nfkc</c>; <c>identity</c> changes nothing.</summary>
    public string NormalizationName { get; init; } = "identity";

    /// <summary>The compiled character map; empty changes nothing.</summary>
    public ImmutableArray<byte> CharacterMap { get; init; } = [];

    /// <summary>A space goes before the text, so that its first word is spelled like every other.</summary>
    public bool AddDummyPrefix { get; init; } = true;

    /// <summary>Runs of spaces become one, and spaces at both ends go.</summary>
    public bool RemoveExtraWhitespaces { get; init; } = true;

    /// <summary>Spaces are spelled ▁.</summary>
    public bool EscapeWhitespaces { get; init; } = true;

    /// <summary>Longest piece in characters that training allows; a record for readers of the file, without effect on ids.</summary>
    public int MaxPieceLength { get; init; } = 16;

    /// <summary>Training kept every digit apart; a record for readers of the file, without effect on ids.</summary>
    public bool SplitDigits { get; init; }

    /// <summary>Share of all characters that training gave a piece; a record for readers of the file, without effect on ids.</summary>
    public float CharacterCoverage { get; init; } = 0.9995f;
}
