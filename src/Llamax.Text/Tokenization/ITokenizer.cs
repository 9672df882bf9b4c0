using System.Text;

namespace Llamax.Text.Tokenization;

/// <summary>
/// Text to ids and back, exactly as the program that made the vocabulary does it. No call adds BOS or EOS.
/// Implementations are immutable and safe to use from many threads.
/// </summary>
public interface ITokenizer
{
    /// <summary>Ids run from 0 to <see cref="VocabularySize"/> − 1.</summary>
    int VocabularySize { get; }

    /// <summary>Begin of sequence; null where the vocabulary has none.</summary>
    int? BosId { get; }

    /// <summary>End of sequence; null where the vocabulary has none.</summary>
    int? EosId { get; }

    /// <summary>Padding; null where the vocabulary has none.</summary>
    int? PadId { get; }

    /// <summary>Unknown piece; null where bytes cover everything and the vocabulary has none.</summary>
    int? UnknownId { get; }

    /// <summary>SHA-256 (lower-case hexadecimal) of the file that the vocabulary was read from: two equal hashes give equal ids.</summary>
    string Fingerprint { get; }

    /// <summary>Appends the ids of <paramref name="text"/>.</summary>
    void Encode(string text, List<int> ids);

    /// <summary>The ids of <paramref name="text"/>.</summary>
    int[] Encode(string text)
    {
        var ids = new List<int>(text.Length / 2 + 4);
        Encode(text, ids);
        return [.. ids];
    }

    /// <summary>The text of <paramref name="ids"/>; control ids vanish, invalid bytes become U+FFFD.</summary>
    string Decode(ReadOnlySpan<int> ids);

    /// <summary>The piece behind <paramref name="id"/> as the vocabulary spells it (with ▁ or byte-level letters).</summary>
    string Piece(int id);

    /// <summary>
    /// The UTF-8 bytes that <paramref name="id"/> adds to a text, a leading space kept; of a character that is spelled in bytes only a part.
    /// None for control ids.
    /// </summary>
    byte[] Bytes(int id) => Encoding.UTF8.GetBytes(Decode([id]));

    /// <summary>
    /// The pieces of <paramref name="text"/> as spBLEU needs them: SentencePiece surface pieces, unknown characters kept.
    /// </summary>
    IReadOnlyList<string> EncodePieces(string text);
}
