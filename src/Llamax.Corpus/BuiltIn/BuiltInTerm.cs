using Llamax.Text.Languages;

namespace Llamax.Corpus.BuiltIn;

/// <summary>A concept's name in one language. Terms with the same concept are translations of each other.</summary>
/// <param name="Concept">
/// Kind and code: <c>weekday/1</c> (Sunday) to <c>weekday/7</c>, <c>month/9</c>, <c>month-in-date/9</c>, <c>language/fr</c>,
/// <c>country/CH</c>, <c>currency/CHF</c>.
/// </param>
/// <param name="Language">The language of the text.</param>
/// <param name="Text">The name.</param>
public sealed record BuiltInTerm(string Concept, Language Language, string Text);
