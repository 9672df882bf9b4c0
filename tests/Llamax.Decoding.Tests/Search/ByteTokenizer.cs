using System.Text;
using Llamax.Text.Tokenization;

namespace Llamax.Decoding.Tests.Search;

/// <summary>One token per byte of UTF-8, and an end token.</summary>
internal sealed class ByteTokenizer : ITokenizer
{
    public const int End = 256;

    public const int Size = 257;

    public int VocabularySize => Size;

    public int? BosId => null;

    public int? EosId => End;

    public int? PadId => null;

    public int? UnknownId => null;

    public string Fingerprint => "bytes";

    public void Encode(string text, List<int> ids) => ids.AddRange(Encoding.UTF8.GetBytes(text).Select(value => (int)value));

    public int[] Encode(string text) => [.. Encoding.UTF8.GetBytes(text).Select(value => (int)value)];

    public string Decode(ReadOnlySpan<int> ids) =>
        Encoding.UTF8.GetString([.. ids.ToArray().Where(id => id < End).Select(id => (byte)id)]);

    public byte[] Bytes(int id) => id < End ? [(byte)id] : [];

    public string Piece(int id) => $"<{id}>";

    public IReadOnlyList<string> EncodePieces(string text) => [];
}
