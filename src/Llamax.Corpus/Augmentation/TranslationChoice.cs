using System.Numerics;
using Llamax.Corpus.Lexicons;
using Llamax.Runs;

namespace Llamax.Corpus.Augmentation;

/// <summary>
/// Which translations of a word may be drawn: evenly from the languages that offer one, then evenly from the words of the language.
/// </summary>
internal sealed class TranslationChoice
{
    private readonly MultilingualLexicon _lexicon;
    private readonly bool[] _writesSpaces;
    private readonly ulong[]? _admitted;

    /// <param name="lexicon">Offers.</param>
    /// <param name="languages">Paper codes that are admitted; empty = all.</param>
    /// <exception cref="RequestException">The lexicon has nothing of the admitted languages.</exception>
    public TranslationChoice(MultilingualLexicon lexicon, IReadOnlyList<string> languages)
    {
        _lexicon = lexicon;
        _writesSpaces = [.. lexicon.Languages.Select(code => !UnspacedText.Is(code))];
        if (languages.Count == 0)
            return;
        _admitted = new ulong[Masks];
        foreach (var rank in languages.Select(lexicon.Rank).Where(rank => rank >= 0))
            _admitted[rank / 64] |= 1UL << (rank % 64);
        if (_admitted.All(mask => mask == 0))
            throw new RequestException(
                $"the lexicon has no entity of {string.Join(", ", languages)}", "codeSwitch.languages",
                $"it has {string.Join(' ', lexicon.Languages)}: choose of these, or build another");
    }

    private int Masks => (_lexicon.Languages.Count + 63) / 64;

    public bool WritesSpaces(int language) => _writesSpaces[language];

    /// <summary>The choice for the words of one sentence, one after the other.</summary>
    public Offers Begin() => new(this);

    /// <summary>What is offered for one word at a time. Only two hops need memory, once a sentence.</summary>
    public ref struct Offers(TranslationChoice choice)
    {
        private readonly MultilingualLexicon _lexicon = choice._lexicon;
        private readonly ulong[]? _masks =
            choice._admitted is not null || choice._lexicon.Hops.Hops > 1 ? new ulong[choice.Masks] : null;
        private List<ulong>? _found;
        private ReadOnlySpan<uint> _words;
        private int _entity;

        /// <summary>Turns to a word.</summary>
        /// <param name="entity">A number of the lexicon.</param>
        /// <returns>How many admitted languages translate it.</returns>
        public int Offer(int entity)
        {
            _entity = entity;
            if (_masks is null)
                return _lexicon.Record(entity).Groups.Length;
            Array.Clear(_masks);
            _lexicon.Mark(entity, _masks);
            var languages = 0;
            for (var i = 0; i < _masks.Length; i++)
            {
                if (choice._admitted is not null)
                    _masks[i] &= choice._admitted[i];
                languages += BitOperations.PopCount(_masks[i]);
            }

            return languages;
        }

        /// <summary>Turns to one of the offered languages.</summary>
        /// <param name="language">0 to one less than <see cref="Offer"/> said, in the order of the codes.</param>
        /// <returns>How many words of it translate the entity.</returns>
        public int Choose(int language)
        {
            if (_masks is null)
            {
                var record = _lexicon.Record(_entity);
                _words = _lexicon.Translations(record, record.Groups[language]);
                return _words.Length;
            }

            _lexicon.Collect(_entity, Nth(language), _found ??= []);
            return _found.Count;
        }

        /// <summary>The number of a translation.</summary>
        /// <param name="word">0 to one less than <see cref="Choose"/> said.</param>
        public readonly int Take(int word) => (int)(_masks is null ? _words[word] : (uint)_found![word]);

        private readonly int Nth(int language)
        {
            for (var i = 0; ; i++)
            {
                var mask = _masks![i];
                for (; mask != 0; mask &= mask - 1)
                    if (language-- == 0)
                        return (i * 64) + BitOperations.TrailingZeroCount(mask);
            }
        }
    }
}
