using System.Globalization;
using Llamax.Runs;

namespace Llamax.Text.Tokenization;

/// <summary>Pieces by id and ids by piece.</summary>
internal sealed class Vocabulary
{
    private readonly string[] _texts;
    private readonly PieceType[] _types;
    private readonly Dictionary<string, int> _ids;
    private readonly int[] _byteIds = new int[256];

    /// <exception cref="RequestException">A piece stands twice, or a byte piece is spelled wrongly.</exception>
    public Vocabulary(IReadOnlyList<(string Text, PieceType Type)> pieces, string where)
    {
        _texts = new string[pieces.Count];
        _types = new PieceType[pieces.Count];
        _ids = new Dictionary<string, int>(pieces.Count, StringComparer.Ordinal);
        Array.Fill(_byteIds, -1);
        for (var id = 0; id < pieces.Count; id++)
        {
            var (text, type) = pieces[id];
            _texts[id] = text;
            _types[id] = type;
            if (text.Length == 0)
                continue; // an id that the file gives to nothing
            if (!_ids.TryAdd(text, id))
                throw new RequestException(
                    $"the piece '{text}' stands at id {_ids[text]} and at id {id}", where,
                    "each piece must be unique: fetch the file again");
            LongestPiece = Math.Max(LongestPiece, text.Length);
            if (type == PieceType.Byte)
                _byteIds[ByteOf(text, where)] = id;
        }

        HasAllBytes = !_byteIds.Contains(-1);
    }

    public int Count => _texts.Length;

    public bool HasAllBytes { get; }

    /// <summary>The piece that every character without a piece becomes; −1 where there is none.</summary>
    public int UnknownId => Array.IndexOf(_types, PieceType.Unknown);

    public string Text(int id) => _texts[id];

    public PieceType Type(int id) => _types[id];

    /// <summary>The id of a piece of any type; −1 where there is none.</summary>
    public int Find(string text) => _ids.GetValueOrDefault(text, -1);

    /// <inheritdoc cref="Find(string)"/>
    public int Find(ReadOnlySpan<char> text) => _ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var id) ? id : -1;

    /// <summary>Length of the longest piece in characters.</summary>
    public int LongestPiece { get; }

    public int ByteId(byte value) => _byteIds[value];

    /// <summary>The byte behind a piece of type <see cref="PieceType.Byte"/>.</summary>
    public byte ByteOf(int id) => ByteOf(_texts[id], "");

    /// <summary>Whether <paramref name="text"/> is spelled like a byte piece, for example <c>&lt;0x0A&gt;</c>.</summary>
    public static bool IsSpelledAsByte(string text) => TryParseByte(text, out _);

    public static string SpellByte(int value) => string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>");

    private static byte ByteOf(string text, string where) => TryParseByte(text, out var value)
        ? value
        : throw new RequestException($"the byte piece '{text}' is not spelled like <0x0A>", where, "fetch the file again");

    private static bool TryParseByte(string text, out byte value)
    {
        value = 0;
        return text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) && text[5] == '>'
            && byte.TryParse(text.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
