using System.Globalization;
using Llamax.Text.Tokenization;

namespace Llamax.Decoding.Tests.Translators;

/// <summary>Words are ids written out, except those that have a name: <c>__ha__ 5 9</c> with the name of 27 is 27 5 9.</summary>
internal sealed class NumberTokenizer(int size, IReadOnlyDictionary<int, string> names) : ITokenizer
{
    public int VocabularySize => size;

    public int? BosId => null;

    public int? EosId => null;

    public int? PadId => null;

    public int? UnknownId => null;

    public string Fingerprint => "numbers";

    public void Encode(string text, List<int> ids) => ids.AddRange(text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word =>
        names.Any(pair => pair.Value == word) ? names.First(pair => pair.Value == word).Key
        : int.Parse(word, CultureInfo.InvariantCulture)));

    public string Decode(ReadOnlySpan<int> ids) => string.Join(' ', ids.ToArray());

    public string Piece(int id) => names.GetValueOrDefault(id, id.ToString(CultureInfo.InvariantCulture));

    public IReadOnlyList<string> EncodePieces(string text) => text.Split(' ');
}
