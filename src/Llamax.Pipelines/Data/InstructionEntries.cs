using Llamax.Corpus;
using Llamax.Corpus.Catalogue;
using Llamax.Corpus.Reading;
using Llamax.Decoding.Prompts;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Data;

/// <summary>
/// Instruction entries, loss on the answer alone: Alpaca's English ones as the paper tunes with (section 2.2), and translation
/// instructions in the prompt of Table 14. A model of seven billion parameters learns to follow the prompt from English
/// instructions alone; a small one has to be shown it.
/// </summary>
internal sealed class InstructionEntries(Recipe recipe, SetOptions options, RunData data)
{
    public IEnumerable<TrainingEntry> Of(IEnumerable<(Language Source, Language Target)> directions)
    {
        if (options.InstructionsPerDirection > 0)
        {
            var template = PromptTemplate.Find(recipe.Evaluation.Prompt);
            foreach (var (source, target) in directions)
            {
                foreach (var pair in Drawn(source, target))
                {
                    var prompt = template.Format(source.PromptName, target.PromptName, pair.Source);
                    yield return Entry(prompt, pair.Target.Trim(), source.Code, target.Code, pair.Origin);
                }
            }
        }

        foreach (var entry in Alpaca().Take(options.AlpacaInstructions))
            yield return entry;
    }

    /// <summary>Sentences are drawn per direction, so that a direction and its reverse show different ones.</summary>
    private IEnumerable<SentencePair> Drawn(Language source, Language target)
    {
        var draws = new Draws(recipe.Seed, $"instructions {source.Code}-{target.Code}");
        var pairs = data.Parallel(source, target).ToList();
        return draws.Permutation(pairs.Count).Take(options.InstructionsPerDirection).Select(i => pairs[i]);
    }

    private IEnumerable<TrainingEntry> Alpaca()
    {
        if (options.AlpacaInstructions == 0)
            yield break;
        foreach (var line in JsonLines.Read(AlpacaFile(), ["instruction", "input", "output"], data.Malformed))
        {
            var prompt = AlpacaPrompt.Format(line.Fields[0], line.Fields[1]);
            yield return Entry(prompt, line.Fields[2], RunData.English, RunData.English, line.Origin);
        }
    }

    /// <exception cref="RequestException">It is not there.</exception>
    public static string AlpacaFile()
    {
        var found = DataCatalogue.Default.Require("alpaca");
        var path = Path.Combine(Directory.Exists(found) ? found : Path.GetDirectoryName(found)!, "alpaca.jsonl.gz");
        return File.Exists(path) ? path : throw new RequestException(
            "there are no Alpaca instructions", path, "put alpaca_data.json there as JSON lines, or set alpacaInstructions to 0");
    }

    private static TrainingEntry Entry(string prompt, string answer, string source, string target, string origin) =>
        new(EntryKind.Instruction, source, target, [new(prompt, HasLoss: false), new(answer, HasLoss: true)], origin);
}
