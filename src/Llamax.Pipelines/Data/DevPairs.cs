using Llamax.Corpus;
using Llamax.Corpus.Reading;
using Llamax.Decoding.Prompts;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Data;

/// <summary>Held-out sentence pairs that a run is watched by: up to two directions into every language, drawn by key.</summary>
internal sealed class DevPairs(Recipe recipe, RunData data)
{
    private const int DirectionsPerLanguage = 2;

    /// <summary>The pairs into the languages of a set, from its languages.</summary>
    public IEnumerable<(Language Source, Language Target, SentencePair Pair)> Of(IReadOnlyList<Language> languages)
    {
        foreach (var target in languages)
        {
            var sources = languages.Where(source => source != target).ToList();
            var order = new Draws(recipe.Seed, $"dev directions into {target.Code}").Permutation(sources.Count);
            var directions = order.Select(i => (Source: sources[i], Pairs: data.Dev(sources[i], target, recipe.Watch.DevPairs).ToList()))
                .Where(direction => direction.Pairs.Count > 0).Take(DirectionsPerLanguage);
            foreach (var (source, pairs) in directions)
                foreach (var pair in pairs)
                    yield return (source, target, pair);
        }
    }

    /// <summary>The pairs as the entries that a set is made of.</summary>
    public IEnumerable<TrainingEntry> Entries(SetOptions set, IReadOnlyList<Language> languages)
    {
        var template = PromptTemplate.Find(recipe.Evaluation.Prompt);
        foreach (var (source, target, pair) in Of(languages))
        {
            var (left, right) = (pair.Source.Trim(), pair.Target.Trim());
            if (left.Length == 0 || right.Length == 0)
                continue;
            if (set.Monolingual)
                yield return new(EntryKind.Monolingual, target.Code, "", [new(right, true)], pair.Origin);
            if (set.Parallel)
                yield return new(EntryKind.Parallel, source.Code, target.Code, [new(left, true), new(right, true)], pair.Origin);
            if (set.InstructionsPerDirection > 0)
            {
                var prompt = template.Format(source.PromptName, target.PromptName, left);
                yield return new(EntryKind.Instruction, source.Code, target.Code, [new(prompt, false), new(right, true)], pair.Origin);
            }
        }
    }
}
