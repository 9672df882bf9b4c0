namespace Llamax.Corpus.Lexicons;

/// <summary>One row of a bilingual dictionary; the words may be phrases.</summary>
/// <param name="SourceLanguage">Paper code.</param>
/// <param name="Source">As the dictionary spells it.</param>
/// <param name="TargetLanguage">Paper code.</param>
/// <param name="Target">As the dictionary spells it.</param>
public readonly record struct LexiconEntry(string SourceLanguage, string Source, string TargetLanguage, string Target);

/// <summary>An entity in the paper's form {entity}_{language}.</summary>
/// <param name="Language">Paper code.</param>
/// <param name="Text">Lower-cased word or phrase, one space between words.</param>
public readonly record struct LexiconEntity(string Language, string Text)
{
    public override string ToString() => $"{Text}_{Language}";
}
