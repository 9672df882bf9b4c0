using Llamax.Corpus.Augmentation;
using Llamax.Corpus.Lexicons;
using Llamax.Corpus.Reading;
using Llamax.Runs;

namespace Llamax.Corpus.Tests.Augmentation;

public sealed class PseudoParallelTests
{
    private static readonly MultilingualLexicon _lexicon = MultilingualLexicon.Build(
        [new("en", "dog", "de", "Hund"), new("en", "cat", "de", "Katze"), new("ha", "kare", "en", "dog"),
            new("ha", "kare", "fr", "chien")]);

    private readonly Draws _draws = new(1, "test");

    [Fact]
    public void A_sentence_pair_is_switched_in_its_source_and_learnt_in_its_target()
    {
        var pair = new SentencePair("My Dog sleeps.", "Kare na barci.", "t:1");
        var made = new PseudoParallel(new(_lexicon, new() { ReplacementRate = 1 })).FromPair(pair, "en", "ha", _draws, 0);
        Assert.Equal((EntryKind.Augmented, "en", "ha", "t:1"), (made.Entry.Kind, made.Entry.Source, made.Entry.Target, made.Entry.Origin));
        Assert.Contains(made.Entry.Segments[0].Text, (string[])["my hund sleeps.", "my kare sleeps."]);
        Assert.Equal([new(made.Entry.Segments[0].Text, false), new TextSegment("Kare na barci.", true)], made.Entry.Segments);
        Assert.Equal((1, 1), (made.KnownWords, made.ReplacedWords));

        var back = new PseudoParallel(new(_lexicon, new() { ReplacementRate = 1 })).FromPair(pair.Swapped, "ha", "en", _draws, 0).Entry;
        Assert.Equal(("ha", "en", "My Dog sleeps."), (back.Source, back.Target, back.Segments[1].Text));
        Assert.Contains(back.Segments[0].Text, (string[])["dog na barci.", "chien na barci."]);
    }

    [Fact]
    public void A_monolingual_line_becomes_a_pair_that_is_learnt_whole_with_every_known_word_replaced()
    {
        var made = new PseudoParallel(new(_lexicon, new())).FromLine(new("A Cat, a cat and kare.", "t:7"), "en", _draws, 3);
        Assert.Equal([new("a katze, a katze and kare.", true), new TextSegment("A Cat, a cat and kare.", true)], made.Entry.Segments);
        Assert.Equal((EntryKind.Augmented, "en", "en", 2, 2),
            (made.Entry.Kind, made.Entry.Source, made.Entry.Target, made.KnownWords, made.ReplacedWords));
        var none = new PseudoParallel(new(_lexicon, new() { MonolingualReplacementRate = 0 })).FromLine(new("Cat", "t:1"), "en", _draws, 0);
        Assert.Equal("cat", none.Entry.Segments[0].Text);
    }
}
