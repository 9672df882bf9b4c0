using System.Text;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Cleaning;

/// <summary>The share of a text's letters that are of its language's script, by the registry.</summary>
internal sealed class ScriptShare : TextFilter
{
    private readonly Dictionary<string, Letters> _ofScript = new(StringComparer.Ordinal);

    public ScriptShare(CleaningSides sides)
        : base(sides)
    {
        foreach (var side in (CleaningSide?[])[sides.Source, sides.Target])
            if (side?.Language is { } language)
                _ofScript.TryAdd(language.Script, new Letters(language.Script));
    }

    public override string Name => "leastScript";

    protected override string? Objection(string text, CleaningSide side) =>
        side.Language is { } language && _ofScript[language.Script].Share(text) < side.Limits.LeastScript ? Name : null;

    /// <summary>What <see cref="ScriptDetector.ShareOf"/> says of every single character, remembered once it was asked.</summary>
    private sealed class Letters(string script)
    {
        private const byte Inside = 1;
        private const byte Outside = 2;
        private const byte Neither = 3;

        // 0 = not asked yet. Two threads that ask at once write the same answer.
        private readonly byte[] _table = new byte[1 << 16];

        /// <summary>1 for a text without letters: there is nothing in another script.</summary>
        public double Share(string text)
        {
            var (inside, outside) = (0, 0);
            for (var i = 0; i < text.Length; i++)
            {
                var place = char.IsSurrogate(text[i]) ? OfPair(text, i) : _table[text[i]];
                if (place == 0)
                    place = _table[text[i]] = Place(text[i].ToString());
                inside += place == Inside ? 1 : 0;
                outside += place == Outside ? 1 : 0;
            }

            return outside == 0 ? 1 : (double)inside / (inside + outside);
        }

        private byte OfPair(string text, int place) => Rune.TryGetRuneAt(text, place, out var rune) ? Place(rune.ToString()) : Neither;

        private byte Place(string character) =>
            ScriptDetector.ShareOf(character, script) == 1 ? Inside
            : ScriptDetector.Dominant(character) is not null ? Outside
            : Neither;
    }
}
