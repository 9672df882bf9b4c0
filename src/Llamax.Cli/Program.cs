using System.CommandLine;
using System.Runtime.InteropServices;
using Llamax.Cli;
using Llamax.Cli.Verbs;

// Texts come in every script, whatever encoding the terminal's locale names.
Console.OutputEncoding = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

using var interrupted = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);

var root = new RootCommand("""
    Turns LLaMA-family models into translators between any two of 102 languages, and measures the result.

    Examples:
      llamax quickstart                                     the whole flow on built-in data, in minutes
      llamax translate "4 May 2021" --model quickstart/model --from en --to de
      llamax run recipes/mini-real.yaml --dry-run           what a recipe would do
    """)
{
    // One line per verb, each in its own file under Verbs/.
    QuickstartVerb.Create(),
    RunVerb.Create(),
    TrainVerb.Create(),
    PlanVerb.Create(),
    CorpusVerb.Create(),
    PackVerb.Create(),
    ReportVerb.Create(),
    TranslateVerb.Create(),
    ExportVerb.Create(),
    InspectVerb.Create(),
    ScoreVerb.Create(),
    TokenizeVerb.Create(),
    VocabularyVerb.Create(),
    IdentifyVerb.Create(),
    DataVerb.Create(),
    LexiconVerb.Create(),
    LanguagesVerb.Create(),
    DoctorVerb.Create(),
};
return await CommandLine.RunAsync(root, args, interrupted.Token);

// The first signal asks the verb to stop at a place where it keeps its state; the second one ends the process as usual.
void Interrupt(PosixSignalContext context)
{
    context.Cancel = !interrupted.IsCancellationRequested;
    interrupted.Cancel();
}
