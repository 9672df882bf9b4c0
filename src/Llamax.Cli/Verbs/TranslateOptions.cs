using System.CommandLine;
using Llamax.Decoding.Documents;
using Llamax.Decoding.Prompts;

namespace Llamax.Cli.Verbs;

/// <summary>What <c>llamax translate</c> can be told.</summary>
internal static class TranslateOptions
{
    internal static readonly Argument<string[]> Texts = new("TEXT")
    {
        Description = "Texts to translate; without any, lines are read",
        Arity = ArgumentArity.ZeroOrMore,
    };
    internal static readonly Option<string> Model = new("--model", "-m")
    {
        Description = "A Hugging Face model folder; with --remote the name of the model there",
        HelpName = "DIR",
        Required = true,
    };
    internal static readonly Option<string> From = new("--from")
    {
        Description = "Language of the texts: any code or English name, or auto with --lid-model",
        HelpName = "LANG",
        Required = true,
    };
    internal static readonly Option<string> To = new("--to") { Description = "Language wanted", HelpName = "LANG", Required = true };
    internal static readonly Option<string?> Input = new("--input", "-i")
    {
        Description = "Read lines from here (.gz too) instead of standard input",
        HelpName = "FILE",
    };
    internal static readonly Option<string?> Output = new("--output", "-o")
    {
        Description = "Write here instead of to standard output; the file appears when all is done, a killed job goes on",
        HelpName = "FILE",
    };
    internal static readonly Option<bool> Document = new("--document")
    {
        Description = "The input is one text or Markdown document: paragraphs are translated, marks and code stay",
    };
    internal static readonly Option<TextSplitting> Split = new("--split")
    {
        Description = "When a text is translated sentence by sentence: whenTooLong (for the model), always or never",
        HelpName = "WHEN",
        DefaultValueFactory = _ => TextSplitting.WhenTooLong,
    };
    internal static readonly Option<string?> Pivot = new("--pivot") { Description = "Translate through this language", HelpName = "LANG" };
    internal static readonly Option<string?> Identifier = new("--lid-model")
    {
        Description = "A fastText language identifier for --from auto, for example lid.176.ftz",
        HelpName = "FILE",
    };
    internal static readonly Option<string?> Remote = new("--remote")
    {
        Description = "Ask an OpenAI-compatible endpoint, for example https://api.openai.com/v1; the key is $LLAMAX_API_KEY",
        HelpName = "URL",
    };
    internal static readonly Option<int> Parallel = new("--parallel")
    {
        Description = "Requests to --remote at the same time",
        HelpName = "N",
        DefaultValueFactory = _ => 4,
    };
    internal static readonly Option<string?> Cache = new("--cache")
    {
        Description = "Keep translations in this file, and take from it what it has",
        HelpName = "FILE",
    };
    internal static readonly Option<int?> Beam = new("--beam")
    {
        Description = "Hypotheses kept per sentence; 1 = greedy search (default: the model's translation.json, or 4)",
        HelpName = "N",
    };
    internal static readonly Option<double?> LengthPenalty = new("--length-penalty")
    {
        Description = "Scores are divided by length to this power: 0 favours short, 2 long answers",
        HelpName = "X",
    };
    internal static readonly Option<int?> NBest = new("--nbest")
    {
        Description = "Translations per text, best first; without --json as \"number ||| text ||| score\"",
        HelpName = "N",
    };
    internal static readonly Option<int?> MaxNewTokens = new("--max-new-tokens")
    {
        Description = "The longest answer (default: by the length of the text)",
        HelpName = "N",
    };
    internal static readonly Option<int?> Samples = new("--samples")
    {
        Description = "Draw so many translations instead of searching",
        HelpName = "N",
    };
    internal static readonly Option<double> Temperature = new("--temperature")
    {
        Description = "Of --samples: below 1 closer to the likeliest",
        HelpName = "X",
        DefaultValueFactory = _ => 1,
    };
    internal static readonly Option<int> TopK = new("--top-k") { Description = "Of --samples: only the K likeliest tokens", HelpName = "K" };
    internal static readonly Option<double> TopP = new("--top-p")
    {
        Description = "Of --samples: only the likeliest tokens that reach P together",
        HelpName = "P",
        DefaultValueFactory = _ => 1,
    };
    internal static readonly Option<double> MinP = new("--min-p")
    {
        Description = "Of --samples: only tokens P times as likely as the likeliest",
        HelpName = "P",
    };
    internal static readonly Option<int> Seed = new("--seed") { Description = "Of --samples: other draws", HelpName = "N" };
    internal static readonly Option<bool> BayesRisk = new("--mbr")
    {
        Description = "Choose by minimum Bayes risk: what is most like all other candidates by chrF",
    };
    internal static readonly Option<bool> Script = new("--script")
    {
        Description = "Write nothing but the target language's script: sr stays Cyrillic, zhtrad traditional",
    };
    internal static readonly Option<string> Prefix = new("--prefix")
    {
        Description = "Every translation begins with this",
        HelpName = "TEXT",
        DefaultValueFactory = _ => "",
    };
    internal static readonly Option<string?> Glossary = new("--glossary")
    {
        Description = "Two columns, term and translation: where a text has the term, its translation must have the other",
        HelpName = "FILE",
    };
    internal static readonly Option<string?> Prompt = new("--prompt")
    {
        Description =
            $"Another prompt than the model's own: a file (.json), or {string.Join(", ", PromptTemplate.BuiltIn.Select(t => t.Name))}",
        HelpName = "NAME",
    };
    internal static readonly Option<bool> CompatPaper = new("--compat-paper")
    {
        Description = "As the published scripts: 4 beams, 256 new tokens, and an answer ends at its first colon",
    };
    internal static readonly Option<string> Device = new("--device")
    {
        Description = "cpu, cuda or cuda:N",
        HelpName = "NAME",
        DefaultValueFactory = _ => "cpu",
    };
    internal static readonly Option<string> Type = new("--type", "--weights")
    {
        Description = "Type of the weights: float32, bfloat16, float16, or int8 for decoders on a CPU",
        HelpName = "NAME",
        DefaultValueFactory = _ => "float32",
    };
    internal static readonly Option<int> Threads = new("--threads")
    {
        Description = "Threads of the processor; 0 = one per core",
        HelpName = "N",
    };
    internal static readonly Option<bool> Json = new("--json")
    {
        Description = "Print a JSON object per text: source, and hypotheses with text and score",
    };
}
