using Llamax.Corpus;
using Llamax.Corpus.Reading;
using Llamax.Decoding.Prompts;
using Llamax.Pipelines.Recipes;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Data;

/// <summary>Triplets of a question, a better and a worse answer; a sentence is asked in the recipe's prompt, a ready prompt as it is.</summary>
internal sealed class PreferenceEntries(Recipe recipe)
{
    // ISO 639's code of text whose language nobody has said.
    private const string Undetermined = "und";

    private readonly PromptTemplate _template = PromptTemplate.Find(recipe.Evaluation.Prompt);

    /// <exception cref="Runs.RequestException">A line of the file is wrong; it is named.</exception>
    public IEnumerable<TrainingEntry> Read(string file) => PreferenceLines.Read(file).Select(Entry);

    private TrainingEntry Entry(PreferenceTriplet triplet)
    {
        var (source, target) = (Find(triplet.Source, triplet.Origin), Find(triplet.Target, triplet.Origin));
        var prompt = triplet.IsPrompt
            ? triplet.Text
            : _template.Format((source!.Code, source.PromptName), (target!.Code, target.PromptName), triplet.Text);
        return new(
            EntryKind.Preference, source?.Code ?? Undetermined, target?.Code ?? source?.Code ?? Undetermined,
            [new(prompt, HasLoss: false), new(triplet.Better.Trim(), HasLoss: true), new(triplet.Worse.Trim(), HasLoss: true)],
            triplet.Origin);
    }

    private static Language? Find(string? code, string origin) => code is null ? null : TuningEntries.LanguageOf(code, origin);
}
