using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Llamax.Runs.Tests")]
[assembly: InternalsVisibleTo("Llamax.Bench")]
