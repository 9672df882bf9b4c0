using Llamax.Corpus.BuiltIn;

namespace Llamax.Corpus.Lexicons;

/// <summary>Names of the built-in corpus as dictionary entries: terms of one concept translate each other.</summary>
public static class BuiltInLexicon
{
    /// <summary>One entry for each two languages of each concept, in the order of the corpus's terms.</summary>
    public static IEnumerable<LexiconEntry> Entries(BuiltInCorpus corpus) =>
        from concept in corpus.Lexicon().GroupBy(term => term.Concept)
        let names = concept.ToList()
        from first in Enumerable.Range(0, names.Count)
        from second in names.Skip(first + 1)
        where second.Language != names[first].Language
        select new LexiconEntry(names[first].Language.Code, names[first].Text, second.Language.Code, second.Text);
}
