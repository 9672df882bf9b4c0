using System.Buffers;
using System.Text;
using Llamax.Text.Languages;
using Llamax.Text.Tokenization;

namespace Llamax.Decoding.Search;

/// <summary>
/// Keeps an answer in one script: letters of the script and what belongs to every script (digits, punctuation, spaces, symbols), so that
/// Serbian stays Cyrillic and traditional Chinese traditional. Characters that tokens spell in bytes are followed byte by byte, and none
/// is left half said.
/// </summary>
public sealed class ScriptRule : ITokenRule
{
    // Beyond lie rare signs and planes of no script; a character there has no script to belong to.
    private const int LastRune = 0x323AF;

    private readonly string _script;
    private readonly byte[][] _bytes;
    private readonly bool[] _mayBegin;
    private readonly int[] _goOn;
    private readonly HashSet<uint> _beginnings = [];

    /// <param name="tokenizer">Whose tokens are judged.</param>
    /// <param name="script">ISO 15924, for example <see cref="Language.Script"/>; <c>Hans</c> and <c>Hant</c> exclude each other.</param>
    /// <exception cref="ArgumentException">The script is not in the table.</exception>
    public ScriptRule(ITokenizer tokenizer, string script)
    {
        _script = script;
        Span<byte> utf8 = stackalloc byte[4];
        for (var value = 0x80; value <= LastRune; value++)
            if (Rune.IsValid(value) && ScriptDetector.MayStandIn(new Rune(value), script))
            {
                var length = new Rune(value).EncodeToUtf8(utf8);
                for (var part = 1; part < length; part++)
                    _beginnings.Add(Key(utf8[..part]));
            }

        _bytes = [.. Enumerable.Range(0, tokenizer.VocabularySize).Select(tokenizer.Bytes)];
        _mayBegin = [.. _bytes.Select(bytes => Fits(bytes))];
        _goOn = [.. Enumerable.Range(0, _bytes.Length).Where(id => _bytes[id] is [>= 0x80 and < 0xC0, ..])];
    }

    public void Apply(ReadOnlySpan<int> answer, Span<float> scores)
    {
        Span<byte> said = stackalloc byte[8];
        var begun = Begun(answer, said);
        if (begun.IsEmpty)
        {
            for (var id = 0; id < scores.Length; id++)
                if (id >= _mayBegin.Length || !_mayBegin[id])
                    scores[id] = float.NegativeInfinity;
            return;
        }

        // Inside a character only what goes on with it.
        var kept = new List<(int Id, float Score)>();
        foreach (var id in _goOn)
            if (Fits([.. begun, .. _bytes[id]]))
                kept.Add((id, scores[id]));
        scores.Fill(float.NegativeInfinity);
        foreach (var (id, score) in kept)
            scores[id] = score;
    }

    /// <summary>The bytes at the end of an answer that are the beginning of a character.</summary>
    private ReadOnlySpan<byte> Begun(ReadOnlySpan<int> answer, Span<byte> room)
    {
        // Three bytes are the longest beginning there is; they are gathered from the end.
        var start = room.Length;
        for (var i = answer.Length - 1; i >= 0 && room.Length - start < 3; i--)
        {
            var bytes = answer[i] < _bytes.Length ? _bytes[answer[i]] : [];
            for (var j = bytes.Length - 1; j >= 0 && room.Length - start < 3; j--)
                room[--start] = bytes[j];
        }

        var tail = room[start..];
        for (var length = 1; length <= tail.Length; length++)
            if (tail[^length] >= 0xC0)
                return Rune.DecodeFromUtf8(tail[^length..], out _, out _) == OperationStatus.NeedMoreData ? tail[^length..] : [];
        return [];
    }

    private bool Fits(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var length);
            if (status == OperationStatus.NeedMoreData)
                return _beginnings.Contains(Key(bytes));
            if (status != OperationStatus.Done || !ScriptDetector.MayStandIn(rune, _script))
                return false;
            bytes = bytes[length..];
        }

        return true;
    }

    private static uint Key(ReadOnlySpan<byte> beginning)
    {
        var key = 0u;
        foreach (var value in beginning)
            key = (key << 8) | value;
        return key;
    }
}
