using Llamax.Text.Tokenization;

namespace Llamax.Decoding.Tests.Translators;

/// <summary>One token per character below 256; 0 is EOS, 1 BOS.</summary>
internal sealed class LetterTokenizer : ITokenizer
{
    public int VocabularySize => 256;

    public int? BosId => 1;

    public int? EosId => 0;

    public int? PadId => null;

    public int? UnknownId => null;

    public string Fingerprint => "letters";

    public void Encode(string text, List<int> ids) => ids.AddRange(text.Select(letter => (int)letter));

    public string Decode(ReadOnlySpan<int> ids) => string.Concat(ids.ToArray().Where(id => id > 1).Select(id => (char)id));

    public string Piece(int id) => ((char)id).ToString();

    public IReadOnlyList<string> EncodePieces(string text) => [.. text.Select(letter => letter.ToString())];
}
